-- Makes a headless Neovim answer JSON lines on stdin with JSON lines on stdout, one call at a time, so that
-- neovim.py can have it do what a person would: the calls use Neovim's own LSP client and commands, nothing else.

local calls = {}
local channel
local messages = {}
local initialized = false

local function send(value)
  vim.fn.chansend(channel, vim.json.encode(value) .. '\n')
end

local function client()
  return vim.lsp.get_clients({ name = 'kernelwright' })[1]
end

--- Waits for something that comes over the wire; false when it doesn't within `seconds`.
local function wait(seconds, condition)
  return vim.wait(seconds * 1000, condition, 5)
end

--- Each edit is a step of undo of its own, as it would be between a person's commands.
local function break_undo()
  vim.bo.undolevels = vim.bo.undolevels
end

local function request(method, params)
  local reply, failure = client():request_sync(method, params, 10000, 0)
  if not reply or reply.err then
    error(method .. ': ' .. (failure or reply.err.message))
  end
  return reply.result
end

local function go_to(line)
  vim.api.nvim_win_set_cursor(0, { line + 1, 0 })
  vim.cmd('normal! ^')
end

function calls.start(command)
  vim.lsp.config('kernelwright', {
    cmd = command,
    on_init = function() initialized = true end,
  })
  vim.lsp.handlers['window/showMessage'] = function(_, result)
    table.insert(messages, result.message)
  end
  vim.lsp.enable('kernelwright')
  vim.lsp.inlay_hint.enable(true)
  -- The first buffer starts the server, as it would for a person.
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.fn.getcwd() .. '/.start.py'))
  if not wait(10, function() return initialized end) then
    error('the server did not answer initialize')
  end
end

function calls.open(path)
  vim.cmd('edit ' .. vim.fn.fnameescape(path))
  if not wait(10, function() return #vim.lsp.get_clients({ bufnr = 0, name = 'kernelwright' }) == 1 end) then
    error('the language client did not attach to ' .. path)
  end
end

function calls.symbols()
  local found = request('textDocument/documentSymbol', { textDocument = vim.lsp.util.make_text_document_params() })
  return vim.tbl_map(function(symbol)
    local detail = symbol.detail and symbol.detail ~= '' and ' (' .. symbol.detail .. ')' or ''
    return { line = symbol.selectionRange.start.line, text = symbol.name .. detail }
  end, found or {})
end

function calls.hints()
  local shown = vim.tbl_map(function(each)
    local label = each.inlay_hint.label
    if type(label) == 'table' then
      label = table.concat(vim.tbl_map(function(part) return part.value end, label))
    end
    return { line = each.inlay_hint.position.line, text = label }
  end, vim.lsp.inlay_hint.get({ bufnr = 0 }))
  table.sort(shown, function(a, b) return a.line < b.line end)
  return shown
end

function calls.diagnostics()
  return vim.tbl_map(function(each)
    return { line = each.lnum, text = each.message }
  end, vim.diagnostic.get(0))
end

local function actions_at(line)
  local at = { line = line, character = 0 }
  local found = request('textDocument/codeAction', {
    textDocument = vim.lsp.util.make_text_document_params(),
    range = { start = at, ['end'] = at },
    context = { diagnostics = {} },
  })
  return vim.tbl_filter(function(action) return not action.disabled end, found or {})
end

function calls.actions(line)
  return vim.tbl_map(function(action) return action.title end, actions_at(line))
end

function calls.run_action(line, title)
  go_to(line)
  break_undo()
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action) return action.title == title end,
  })
end

local function float_text()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
      return table.concat(lines, '\n'), window
    end
  end
end

function calls.hover(line)
  go_to(line)
  vim.lsp.buf.hover()
  wait(10, function() return float_text() ~= nil end)
  local text, window = float_text()
  if window then
    vim.api.nvim_win_close(window, true)
  end
  return text or ''
end

function calls.text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'
end

function calls.replace(old, new)
  for index, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local first, last = line:find(old, 1, true)
    if first then
      break_undo()
      vim.api.nvim_buf_set_text(0, index - 1, first - 1, index - 1, last, { new })
      return
    end
  end
  error('not in the buffer: ' .. old)
end

function calls.undo() vim.cmd('silent undo') end
function calls.redo() vim.cmd('silent redo') end
function calls.save() vim.cmd('silent write') end
function calls.messages() return messages end

function calls.command(command)
  vim.cmd(command)
end

function calls.cancel_progress(token)
  client():notify('window/workDoneProgress/cancel', { token = token })
end

function calls.stop()
  vim.lsp.enable('kernelwright', false)
  local running = client()
  if running then
    running:stop()
    wait(5, function() return running:is_stopped() end)
  end
  vim.schedule(function() vim.cmd('qall!') end)
end

-- Neovim colours hover cards with its Markdown parser; one that was unpacked without parsers shows them uncoloured.
if not vim.treesitter.language.add('markdown') then
  vim.treesitter.start = function() end
end

local titles = {}
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    local params = event.data.params
    local value, token = params.value, tostring(params.token)
    titles[token] = value.title or titles[token] or ''
    send({
      progress = {
        kind = value.kind,
        token = token,
        title = titles[token],
        message = value.message or '',
        percentage = value.percentage or vim.NIL,
      },
    })
  end,
})

local function answer(line)
  local asked = vim.json.decode(line)
  local ok, result = pcall(calls[asked.call], unpack(asked.arguments or {}))
  if not ok then
    send({ error = tostring(result) })
  else
    send({ result = result == nil and vim.NIL or result })
  end
end

local partial = ''
channel = vim.fn.stdioopen({
  on_stdin = function(_, data)
    if #data == 1 and data[1] == '' then
      vim.cmd('qall!')
      return
    end
    data[1] = partial .. data[1]
    partial = table.remove(data)
    for _, line in ipairs(data) do
      vim.schedule(function() answer(line) end)
    end
  end,
})
