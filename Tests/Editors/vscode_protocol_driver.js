// Makes Microsoft's vscode-languageserver-protocol answer JSON lines on stdin with JSON lines on stdout, one call at a
// time, so that vscode_protocol.py can have it do what a person would. It is the layer on which VS Code's language
// client stands, with its own framing, typed requests, progress and cancellation; what a window shows is not in it.

'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const { pathToFileURL } = require('url');
const protocol = require('vscode-languageserver-protocol/node');

const { TextDocument } = require('vscode-languageserver-types');

const CAPABILITIES = {
  general: { positionEncodings: [protocol.PositionEncodingKind.UTF16] },
  window: { workDoneProgress: true, showDocument: { support: true } },
  workspace: {
    applyEdit: true,
    workspaceEdit: { documentChanges: true, changeAnnotationSupport: { groupsOnLabel: true } },
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    workspaceFolders: true,
    inlayHint: { refreshSupport: true },
    codeLens: { refreshSupport: true },
    diagnostics: { refreshSupport: true },
  },
  textDocument: {
    synchronization: { didSave: true },
    hover: { contentFormat: [protocol.MarkupKind.Markdown, protocol.MarkupKind.PlainText] },
    codeAction: {
      codeActionLiteralSupport: {
        codeActionKind: { valueSet: [protocol.CodeActionKind.QuickFix, protocol.CodeActionKind.Refactor] },
      },
      isPreferredSupport: true,
      disabledSupport: true,
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
      honorsChangeAnnotations: true,
    },
    codeLens: {},
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    inlayHint: { resolveSupport: { properties: ['tooltip'] } },
    publishDiagnostics: {},
    diagnostic: {},
  },
};

const calls = {};
const messages = [];
const complaints = [];
const shown = [];
const refreshed = new Set();
let server, connection, root;
let open, undone, redone;

function send(value) {
  process.stdout.write(JSON.stringify(value) + '\n');
}

/** What the layer itself finds wrong with what the server sends. */
function complain(problem) {
  complaints.push(problem && problem.message ? problem.message : String(problem));
}

function identifier() {
  return { uri: open.uri };
}

function become(document) {
  open = document;
  connection.sendNotification(protocol.DidChangeTextDocumentNotification.type, {
    textDocument: { uri: open.uri, version: open.version },
    contentChanges: [{ text: open.getText() }],
  });
}

function edited(text) {
  return TextDocument.create(open.uri, open.languageId, open.version + 1, text);
}

function change(text) {
  undone.push(open.getText());
  redone = [];
  become(edited(text));
}

function apply(edit) {
  const changes = edit.documentChanges;
  if (changes.length !== 1 || changes[0].textDocument.uri !== open.uri) throw new Error('the edit is of another document');
  const { version } = changes[0].textDocument;
  if (version !== open.version) throw new Error(`the edit is of version ${version}, and this is ${open.version}`);
  for (const each of changes[0].edits) {
    if (each.annotationId && !edit.changeAnnotations[each.annotationId]) throw new Error('an annotation is missing');
  }
  change(TextDocument.applyEdits(open, changes[0].edits));
}

function follow(token) {
  let title = '';
  const handler = connection.onProgress(protocol.WorkDoneProgress.type, token, (value) => {
    title = value.title || title;
    const percentage = value.percentage === undefined ? null : value.percentage;
    send({ progress: { kind: value.kind, token: String(token), title, message: value.message || '', percentage } });
    if (value.kind === 'end') handler.dispose();
  });
}

function listen() {
  connection.onError(([error]) => complain(error));
  connection.onUnhandledNotification((message) => complain(`unhandled ${message.method}`));
  connection.onUnhandledProgress((params) => complain(`progress of ${params.token}, which was not created`));
  connection.onNotification(protocol.LogMessageNotification.type, () => {});
  connection.onNotification(protocol.ShowMessageNotification.type, (params) => messages.push(params.message));
  connection.onNotification(protocol.PublishDiagnosticsNotification.type, () => complain('pushed what is pulled'));
  connection.onRequest(protocol.WorkDoneProgressCreateRequest.type, (params) => follow(params.token));
  connection.onRequest(protocol.ConfigurationRequest.type, (params) => params.items.map(() => null));
  connection.onRequest(protocol.RegistrationRequest.type, () => {});
  connection.onRequest(protocol.InlayHintRefreshRequest.type, () => void refreshed.add('hints'));
  connection.onRequest(protocol.CodeLensRefreshRequest.type, () => void refreshed.add('lenses'));
  connection.onRequest(protocol.DiagnosticRefreshRequest.type, () => void refreshed.add('diagnostics'));
  connection.onRequest(protocol.ShowDocumentRequest.type, (params) => {
    shown.push(params.uri);
    return { success: true };
  });
  connection.onRequest(protocol.ApplyWorkspaceEditRequest.type, (params) => {
    apply(params.edit);
    return { applied: true };
  });
}

calls.start = async (command) => {
  root = process.cwd();
  server = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  connection = protocol.createProtocolConnection(
    new protocol.StreamMessageReader(server.stdout),
    new protocol.StreamMessageWriter(server.stdin),
  );
  listen();
  connection.listen();
  const folder = pathToFileURL(root).toString();
  await connection.sendRequest(protocol.InitializeRequest.type, {
    processId: process.pid,
    rootUri: folder,
    workspaceFolders: [{ uri: folder, name: path.basename(root) }],
    capabilities: CAPABILITIES,
  });
  await connection.sendNotification(protocol.InitializedNotification.type, {});
};

calls.open = (file) => {
  [undone, redone] = [[], []];
  open = TextDocument.create(pathToFileURL(file).toString(), 'python', 1, fs.readFileSync(file, 'utf8'));
  connection.sendNotification(protocol.DidOpenTextDocumentNotification.type, {
    textDocument: { uri: open.uri, languageId: open.languageId, version: open.version, text: open.getText() },
  });
};

calls.symbols = async () => {
  const found = await connection.sendRequest(protocol.DocumentSymbolRequest.type, { textDocument: identifier() });
  return found.map((each) => ({ line: each.selectionRange.start.line, text: `${each.name} (${each.detail})` }));
};

calls.hints = async () => {
  const range = protocol.Range.create(0, 0, open.lineCount, 0);
  const found = await connection.sendRequest(protocol.InlayHintRequest.type, { textDocument: identifier(), range });
  return found.map((each) => ({ line: each.position.line, text: each.label })).sort((one, two) => one.line - two.line);
};

calls.diagnostics = async () => {
  const report = await connection.sendRequest(protocol.DocumentDiagnosticRequest.type, { textDocument: identifier() });
  return report.items.map((each) => ({ line: each.range.start.line, text: each.message }));
};

calls.lenses = async () => {
  const found = await connection.sendRequest(protocol.CodeLensRequest.type, { textDocument: identifier() });
  const lenses = await Promise.all(found.map((each) => connection.sendRequest(protocol.CodeLensResolveRequest.type, each)));
  return lenses.map((each) => ({ line: each.range.start.line, text: each.command.title }));
};

async function actionsAt(line) {
  const range = protocol.Range.create(line, 0, line, 0);
  const context = { diagnostics: [] };
  const params = { textDocument: identifier(), range, context };
  const found = await connection.sendRequest(protocol.CodeActionRequest.type, params);
  return found.filter((each) => !each.disabled);
}

calls.actions = async (line) => (await actionsAt(line)).map((each) => each.title);

calls.run_action = async (line, title) => {
  let action = (await actionsAt(line)).find((each) => each.title === title);
  if (!action) throw new Error(`there is no action ${title}`);
  if (!action.edit && !action.command) action = await connection.sendRequest(protocol.CodeActionResolveRequest.type, action);
  if (action.edit) apply(action.edit);
  if (action.command) {
    const { command, arguments: args } = action.command;
    await connection.sendRequest(protocol.ExecuteCommandRequest.type, { command, arguments: args });
  }
};

calls.hover = async (line) => {
  const start = protocol.Range.create(line, 0, line + 1, 0);
  const text = open.getText(start);
  const position = protocol.Position.create(line, text.length - text.trimStart().length);
  const card = await connection.sendRequest(protocol.HoverRequest.type, { textDocument: identifier(), position });
  return card ? card.contents.value : '';
};

// A request that is taken back as soon as it was sent: its answer may have been on the way.
calls.cancelled_request = async () => {
  const source = new protocol.CancellationTokenSource();
  const params = { textDocument: identifier() };
  const asked = connection.sendRequest(protocol.DocumentSymbolRequest.type, params, source.token);
  source.cancel();
  return asked.then(() => 'answered', (error) => error.code);
};

calls.text = () => open.getText();
calls.replace = (before, after) => {
  if (!open.getText().includes(before)) throw new Error(`not in the document: ${before}`);
  change(open.getText().replace(before, () => after));
};
calls.undo = () => {
  redone.push(open.getText());
  become(edited(undone.pop()));
};
calls.redo = () => {
  undone.push(open.getText());
  become(edited(redone.pop()));
};
calls.save = () => {
  fs.writeFileSync(new URL(open.uri), open.getText());
  connection.sendNotification(protocol.DidSaveTextDocumentNotification.type, { textDocument: identifier() });
};
calls.messages = () => messages;
calls.complaints = () => complaints;
calls.refreshed = () => [...refreshed].sort();
calls.shown = () => shown;
calls.cancel_progress = (token) =>
  connection.sendNotification(protocol.WorkDoneProgressCancelNotification.type, { token });

calls.stop = async () => {
  const left = new Promise((resolve) => server.on('exit', resolve));
  await connection.sendRequest(protocol.ShutdownRequest.type);
  await connection.sendNotification(protocol.ExitNotification.type);
  const status = await left;
  connection.dispose();
  return status;
};

async function answer(line) {
  const asked = JSON.parse(line);
  try {
    const result = await calls[asked.call](...asked.arguments);
    send({ result: result === undefined ? null : result });
  } catch (error) {
    send({ error: error.message });
  }
}

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', answer);
lines.on('close', () => server && server.kill());
