;;; kernelwright.el --- Kernelwright through eglot  -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "29.1"))

;;; Commentary:

;; Says how the server is started, and has hints drawn anew when work begins or ends: eglot asks for hints after an edit
;; or a scroll, and knows of no other reason.  Everything else is eglot's own.

;;; Code:

(require 'eglot)

(defclass kernelwright-server (eglot-lsp-server) ()
  :documentation "Kernelwright, as eglot knows servers.")

(add-to-list 'eglot-server-programs
             '((python-mode python-ts-mode) . (kernelwright-server "kernelwright" "serve")))

(cl-defmethod eglot-handle-notification :after
  ((server kernelwright-server) (_method (eql $/progress)) &key value &allow-other-keys)
  "Ask for the hints of SERVER's buffers when a progress VALUE begins or ends."
  (unless (equal (plist-get value :kind) "report")
    (dolist (buffer (eglot--managed-buffers server))
      (when (buffer-live-p buffer)
        (with-current-buffer buffer
          (when (and eglot-inlay-hints-mode (fboundp 'eglot--update-hints-1))
            (eglot--update-hints-1 (point-min) (point-max))))))))

(provide 'kernelwright)

;;; kernelwright.el ends here
