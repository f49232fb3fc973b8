// Starts the server and hands it to VS Code's language client; everything else is standard LSP.
'use strict';

const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

/** @type {LanguageClient | undefined} */
let client;

function makeClient() {
  const command = vscode.workspace.getConfiguration('kernelwright').get('server', 'kernelwright');
  return new LanguageClient(
    'kernelwright',
    'Kernelwright',
    { command, args: ['serve'] },
    {
      documentSelector: [
        ...['python', 'c', 'cpp', 'cuda-cpp', 'opencl', 'metal'].map((language) => ({ language, scheme: 'file' })),
        { pattern: '**/*.{cu,cuh,cl,metal}', scheme: 'file' },
        { notebook: { scheme: 'file' }, language: 'python' },
      ],
      synchronize: { configurationSection: 'kernelwright' },
      // Said once; the server is started anew when trust is given.
      initializationOptions: { trusted: vscode.workspace.isTrusted },
    },
  );
}

async function start() {
  client = makeClient();
  try {
    await client.start();
  } catch (problem) {
    const open = 'Open Settings';
    const chosen = await vscode.window.showErrorMessage(
      `The Kernelwright server did not start: ${problem.message}. Build it with "make release" and say where it is.`,
      open,
    );
    if (chosen === open) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'kernelwright.server');
    }
  }
}

async function stop() {
  await client?.dispose();
  client = undefined;
}

async function activate(context) {
  const restart = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(
    vscode.commands.registerCommand('kernelwright.restart', restart),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
