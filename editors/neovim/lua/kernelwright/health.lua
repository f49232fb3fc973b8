-- `:checkhealth kernelwright`: what is set up, and what to do about what isn't.
local M = {}

local function check_neovim()
  if vim.fn.has('nvim-0.11') == 1 then
    vim.health.ok('Neovim ' .. tostring(vim.version()))
    return true
  end
  vim.health.error('Neovim ' .. tostring(vim.version()) .. ' is too old', 'install Neovim 0.11 or newer')
  return false
end

--- The command that the configuration starts the server with; nil where it is a function of the user's.
local function configured_command()
  local command = (vim.lsp.config['kernelwright'] or {}).cmd
  return type(command) == 'table' and command or nil
end

local function check_program(command)
  if vim.fn.executable(command[1]) == 1 then
    vim.health.ok('server: ' .. vim.fn.exepath(command[1]))
    return true
  end
  vim.health.error(
    'the server `' .. command[1] .. '` is not an executable on the PATH',
    "build it with `make release` and put .build/release on the PATH, or name it: vim.lsp.config('kernelwright', { cmd = { '/path/to/kernelwright', 'serve' } })"
  )
  return false
end

local function check_client()
  local running = vim.lsp.get_clients({ name = 'kernelwright' })
  -- Neovim 0.11 can't be asked what is enabled; a running server answers the question there.
  if vim.lsp.is_enabled and not vim.lsp.is_enabled('kernelwright') then
    vim.health.warn('not enabled', "add to your init.lua: vim.lsp.enable('kernelwright')")
  elseif #running == 0 then
    vim.health.info('no Python file is open, so no server is running')
  end
  for _, client in ipairs(running) do
    vim.health.ok(('running in %s, positions in %s'):format(client.root_dir or '(no root)', client.offset_encoding))
  end
end

--- What the server itself thinks of this machine: Python, PyTorch, compiler, sandbox.
local function check_doctor(command)
  local done = vim.system({ command[1], 'doctor' }, { text = true }):wait(20000)
  local said = vim.trim((done.stdout or '') .. (done.stderr or ''))
  local tell = done.code == 0 and vim.health.ok or vim.health.warn
  tell('kernelwright doctor\n' .. said)
end

function M.check()
  vim.health.start('kernelwright')
  if not check_neovim() then
    return
  end
  check_client()
  local command = configured_command()
  if command and check_program(command) then
    check_doctor(command)
  end
end

return M
