import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ownNode, root } from "./paths.mjs";
import { step } from "./progress.mjs";
import { runQuietly } from "./run-quietly.mjs";

/**
 * Installs the packages of package-lock.json unless they are installed; shows nothing when there is nothing to do.
 * Running the program needs about half of them; `tools` asks for those of tests and checks too.
 */
export async function ensureInstalled({ tools }) {
  const lock = readPackages("package-lock.json");
  // npm's own record of what it put there, which it writes last. So an install by hand counts, and one that was
  // interrupted does not.
  const installed = readPackages("node_modules/.package-lock.json");
  const current = Object.entries(installed).every(([key, { version }]) => lock[key]?.version === version);
  const missing = Object.entries(lock).some(([key, entry]) => !installed[key] && isNeeded(entry, tools));
  if (!current || missing) {
    // `npm ci` begins by deleting everything; where only the tools are missing, `npm install` just adds them.
    const command = current && existsSync(ownNode) ? ["install", "--no-save"] : ["ci"];
    await step("Installing packages (only when they changed)", () => installPackages(command, tools));
  }
  if (!existsSync(ownNode)) await step("Fetching Node 24 for the server", installOwnNode);
}

/** The packages that a lock file lists, by their folder; none when there is no such file. */
function readPackages(lockFile) {
  const file = path.join(root, lockFile);
  if (!existsSync(file)) return {};
  const { packages } = JSON.parse(readFileSync(file, "utf8"));
  return Object.fromEntries(Object.entries(packages).filter(([key]) => key.includes("node_modules/")));
}

/** Whether this machine must have the package: an optional one (another platform's binary, say) may be absent. */
function isNeeded({ optional, devOptional, peer, dev }, tools) {
  return !optional && !devOptional && !peer && (tools || !dev);
}

async function installPackages(command, tools) {
  // Packages' install scripts do not run: the two that are needed, Node and PostgreSQL's links, are done by us.
  const flags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  // npm's own pauses between attempts would keep a person without a network waiting for a minute and a half.
  const patience = ["--fetch-retries=3", "--fetch-retry-mintimeout=1000", "--fetch-retry-factor=3"];
  const { code, output } = await runNpm([...command, ...flags, ...patience, tools ? "--include=dev" : "--omit=dev"]);
  if (code !== 0) throw new Error(explain(code, output));
}

async function installOwnNode() {
  // The package's preinstall script: fetches the binary package for this platform and links it into place. npm scripts find
  // our own Node first on the PATH, so this process may run on the very Node that the installation has just taken away.
  const node = existsSync(process.execPath) ? process.execPath : (process.env.npm_node_execpath ?? "node");
  const { code, output } = await runQuietly(node, ["installArchSpecificPackage.js"], {
    cwd: path.join(root, "node_modules/node"),
  });
  if (code !== 0 || !existsSync(ownNode)) throw new Error(explain(code, output));
  // npm made no link to a program that was not there yet; with it, npm scripts and npx use this Node too.
  const link = path.join(root, "node_modules/.bin/node");
  if (process.platform === "win32") writeFileSync(`${link}.cmd`, '@"%~dp0\\..\\node\\bin\\node.exe" %*\r\n');
  else if (!existsSync(link)) symlinkSync("../node/bin/node", link);
}

function runNpm(args) {
  const npmScript = process.env.npm_execpath; // set when npm runs us; spares a shell and finds the same npm
  if (npmScript?.endsWith(".js")) return runQuietly(process.execPath, [npmScript, ...args]);
  return process.platform === "win32" ? runQuietly("npm.cmd", args, { shell: true }) : runQuietly("npm", args);
}

function explain(code, output) {
  const lines = output.split("\n").filter((line) => line.trim() && !/^npm error( +at |\s*[}{]?$)/.test(line));
  const details = lines.slice(-12).join("\n");
  const advice = adviceFor(`${code} ${output}`);
  return `${advice}${details && `\n\nWhat npm said:\n${details}`}`;
}

function adviceFor(text) {
  if (/^ENOENT|npm: (command )?not found/.test(text)) {
    return "npm is not on the PATH. It comes with Node: install Node 20 or newer from https://nodejs.org";
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(text)) {
    return "The packages could not be fetched: no connection to the package registry. Check the network or the proxy (npm config get registry), then start again.";
  }
  if (/ENOSPC/.test(text)) return `The disk that holds ${root} is full. About 1.5 GB are needed for the packages.`;
  if (/EACCES|EPERM|EROFS/.test(text)) {
    return `${root} may not be written by this user. Give it to the user who starts Mindmesh (chown -R), then start again.`;
  }
  if (/EUSAGE/.test(text))
    return "package.json and package-lock.json do not fit together. Run `npm install`, then start again.";
  return "The packages could not be installed.";
}
