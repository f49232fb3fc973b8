;;; emacs_driver.el --- eglot by JSON lines on a socket  -*- lexical-binding: t; -*-

;; Has an Emacs on a terminal do what a person would, one call at a time, for emacs.py.  The calls use eglot, flymake,
;; imenu and Emacs's own commands, nothing else.

;; Its home folder is new every time, and so it would compile all of its own Lisp every time.
(setq native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil)

(require 'kernelwright)
(require 'flymake)
(require 'imenu)

(defvar driver-socket nil)
(defvar driver-partial "")
(defvar driver-messages nil)
(defvar driver-titles (make-hash-table :test #'equal))

(defun driver-send (value)
  (process-send-string driver-socket (concat (json-serialize value :null-object nil :false-object :json-false) "\n")))

(cl-defmethod eglot-handle-notification :after
  (_server (_method (eql window/showMessage)) &key message &allow-other-keys)
  (push message driver-messages))

(cl-defmethod eglot-handle-notification :after
  ((_server eglot-lsp-server) (_method (eql $/progress)) &key token value)
  (let ((title (or (plist-get value :title) (gethash token driver-titles))))
    (puthash token title driver-titles)
    (driver-send `(:progress (:kind ,(plist-get value :kind) :token ,token :title ,title
                              :message ,(or (plist-get value :message) "")
                              :percentage ,(plist-get value :percentage))))))

(defun driver-wait (what condition)
  "Wait for CONDITION, which comes over the wire; WHAT is missed where it does not."
  (with-timeout (20 (error "%s did not come" what))
    (while (not (funcall condition)) (accept-process-output nil 0.02))))

(defun driver-line (line text) `(:line ,line :text ,(substring-no-properties text)))

(defun driver-go-to (line)
  (goto-char (point-min))
  (forward-line line)
  (back-to-indentation))

(defun driver-on-lines (found)
  "FOUND as a vector, by line."
  (vconcat (sort found (lambda (one other) (< (plist-get one :line) (plist-get other :line))))))

(defun call-open (path)
  (find-file path)
  (unless (eglot-managed-p) (apply #'eglot (eglot--guess-contact)))
  (driver-wait "eglot" #'eglot-managed-p)
  (eglot-inlay-hints-mode 1))

(defun call-symbols ()
  (let (found)
    (cl-labels ((walk (entry)
                  (cond ((consp (cdr entry)) (mapc #'walk (cdr entry)))
                        ((and (cdr entry) (not (eq (cdr entry) -99)))
                         (push (driver-line (1- (line-number-at-pos (cdr entry))) (car entry)) found)))))
      (mapc #'walk (eglot-imenu)))
    (driver-on-lines found)))

(defun call-hints ()
  (let (found)
    (dolist (overlay (overlays-in (point-min) (point-max)))
      (when (overlay-get overlay 'eglot--inlay-hint)
        (push (driver-line (1- (line-number-at-pos (overlay-start overlay)))
                           (or (overlay-get overlay 'after-string) (overlay-get overlay 'before-string)))
              found)))
    (driver-on-lines found)))

(defun call-diagnostics ()
  (driver-on-lines
   (mapcar (lambda (each)
             (driver-line (1- (line-number-at-pos (flymake-diagnostic-beg each))) (flymake-diagnostic-text each)))
           (flymake-diagnostics))))

(defun call-actions (line)
  (driver-go-to line)
  (vconcat (mapcar (lambda (action) (plist-get action :title)) (eglot-code-actions (point)))))

(defun call-run_action (line title)
  (driver-go-to line)
  (undo-boundary)
  ;; As from the keyboard, with the title completed.
  (let ((last-nonmenu-event ?a))
    (cl-letf (((symbol-function 'completing-read) (lambda (&rest _) title)))
      (call-interactively #'eglot-code-actions)))
  (undo-boundary)
  nil)

(defun call-hover (line)
  (driver-go-to line)
  (let (card)
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq card (or text ""))))
    (driver-wait "a card" (lambda () card))
    (substring-no-properties card)))

(defun call-text () (save-restriction (widen) (buffer-substring-no-properties (point-min) (point-max))))

(defun call-replace (old new)
  (goto-char (point-min))
  (search-forward old)
  (undo-boundary)
  (replace-match new t t)
  (undo-boundary))

(defun call-undo () (let ((last-command 'ignore)) (undo-only)))
(defun call-redo () (let ((last-command 'ignore)) (undo-redo)))
(defun call-save () (save-buffer))
(defun call-messages () (vconcat driver-messages))

(defun call-complaints ()
  "What eglot and jsonrpc warned of."
  (if-let* ((buffer (get-buffer "*Warnings*")))
      (with-current-buffer buffer
        (vconcat (seq-filter (lambda (line) (string-match-p "eglot\\|jsonrpc" line))
                             (split-string (buffer-string) "\n" t))))
    []))

(defun call-stop ()
  (when-let* ((server (eglot-current-server))) (eglot-shutdown server))
  (set-buffer-modified-p nil)
  (run-at-time 0.1 nil (lambda () (let (kill-emacs-query-functions) (kill-emacs))))
  nil)

(defun driver-answer (line)
  (let ((asked (json-parse-string line :object-type 'plist :null-object nil)))
    (driver-send
     (with-current-buffer (window-buffer (selected-window))
       (condition-case problem
           (list :result (let ((result (apply (intern (concat "call-" (plist-get asked :call)))
                                              (append (plist-get asked :arguments) nil))))
                           (if (or (stringp result) (vectorp result)) result nil)))
         (error (list :error (error-message-string problem))))))))

(defun driver-listen (_process text)
  (let ((lines (split-string (concat driver-partial text) "\n")))
    (setq driver-partial (car (last lines)))
    ;; From the command loop, so that what comes over the wire meanwhile is handled as ever.
    (dolist (line (butlast lines)) (run-at-time 0 nil #'driver-answer line))))

(setq inhibit-startup-screen t make-backup-files nil auto-save-default nil create-lockfiles nil
      ring-bell-function #'ignore)
(setq driver-socket
      (make-network-process :name "driver" :family 'local :service (getenv "DRIVER_SOCKET") :coding 'utf-8
                            :filter #'driver-listen :noquery t))
