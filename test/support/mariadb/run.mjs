/**
 * Runs a command with its own MariaDB server: a temporary data folder, a free port on 127.0.0.1, its own socket.
 *
 *     node test/support/mariadb/run.mjs npx jest test/platform/database
 *
 * The command finds `mariadb://root@127.0.0.1:PORT` in USHER_TEST_DATABASE_URL. When the command ends, the server and its
 * folder are removed, and this process ends with the command's exit code. Other MariaDB servers are not affected.
 */
import { execFileSync, spawn } from "node:child_process";
import { accessSync, chownSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve as resolvePath } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createConnection } from "mysql2/promise";

const START_WITHIN_MILLISECONDS = 60_000;
const STOP_WITHIN_MILLISECONDS = 10_000;
/** The number of times that a server that ended by itself is started again. */
const MOST_RESTARTS = 2;

const [command, ...commandArguments] = process.argv.slice(2);
if (command === undefined) fail("Usage: node test/support/mariadb/run.mjs COMMAND [ARGUMENT…]");

const server = findProgram("mariadbd", "mysqld");
const installer = findProgram("mariadb-install-db", "mysql_install_db");
if (server === null || installer === null) {
  fail("MariaDB's server is not installed. On Debian and Ubuntu: apt-get install mariadb-server");
}

const folder = mkdtempSync(join(tmpdir(), "usher-mariadb-"));
let mariadb = null;
let guard = null;
let child = null;
let stopping = false;
let signalled = null;
// Cleans up if this process ends without `stop`.
process.on("exit", () => {
  guard?.kill("SIGKILL");
  mariadb?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
const identity = chooseIdentity();
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
]) {
  process.on(signal, () => {
    signalled = code;
    if (child === null) return void stop(code);
    // The command must end before the server. If it does not end in time, it is killed.
    child.kill(signal);
    setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MILLISECONDS).unref();
  });
}

try {
  const url = await start();
  child = spawn(command, commandArguments, {
    stdio: "inherit",
    env: { ...process.env, USHER_TEST_DATABASE_URL: url },
  });
  const { code, error } = await ending(child);
  if (error) console.error(`${command} cannot be started: ${error.message}`);
  await stop(signalled ?? code ?? 1);
} catch (error) {
  console.error(error.message);
  await stop(1);
}

/** Makes the data folder, starts the server and waits until it answers. */
async function start() {
  const data = join(folder, "data");
  const log = join(folder, "server.log");
  try {
    execFileSync(
      installer,
      [
        "--no-defaults",
        `--datadir=${data}`,
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        // If root runs this script, mariadb-install-db needs the user's name. Otherwise, its programs run as the current user.
        ...(identity.name === null ? [] : [`--user=${identity.name}`]),
      ],
      { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" },
    );
  } catch (error) {
    throw new Error(`MariaDB's data folder cannot be made:\n${error.stderr ?? error.message}`, { cause: error });
  }
  const port = await findFreePort();
  await launch({ data, log, port }, 0);
  return `mariadb://root@127.0.0.1:${port}`;
}

/**
 * Starts the server on its folder and waits until it answers. If the server later ends by itself, this function prints the end
 * of its log and starts it again. Debian's server rarely ends by a segmentation fault. Running statements fail then.
 */
async function launch({ data, log, port }, restarts) {
  mariadb = spawn(
    server,
    [
      "--no-defaults",
      `--datadir=${data}`,
      // A starting server deletes temporary tables in its folder, so other running servers must not share it.
      `--tmpdir=${folder}`,
      `--socket=${join(folder, "socket")}`,
      `--pid-file=${join(folder, "pid")}`,
      `--log-error=${log}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      "--skip-name-resolve",
      "--skip-log-bin",
      "--character-set-server=utf8mb4",
      // The data need not survive a crash, and tests make and drop many databases.
      "--innodb-flush-log-at-trx-commit=0",
      "--innodb-flush-method=nosync",
      "--innodb-doublewrite=0",
      "--innodb-buffer-pool-size=64M",
      "--innodb-log-file-size=32M",
      "--performance-schema=OFF",
      "--max-connections=400",
      ...(identity.name === null ? [] : [`--user=${identity.name}`]),
    ],
    // The server has its own process group, because Ctrl-C in a terminal must reach the tests before the server.
    { stdio: "ignore", detached: true },
  );
  guard?.kill("SIGKILL");
  guard = outliveThisProcess(mariadb.pid);
  let failure = null;
  let answered = false;
  void ending(mariadb).then(({ code, signal, error }) => {
    if (stopping) return;
    failure = error?.message ?? `it ended with ${signal ?? code}`;
    if (!answered) return;
    // These lines contain the server's report of a crash: the stack and the statement.
    console.error(`MariaDB is gone: ${failure}\n${tail(log, 150)}`);
    if (restarts < MOST_RESTARTS)
      launch({ data, log, port }, restarts + 1).catch((reason) => console.error(reason.message));
  });
  const deadline = Date.now() + START_WITHIN_MILLISECONDS;
  while (!(await answers(port, data))) {
    if (failure !== null || Date.now() > deadline) {
      throw new Error(`MariaDB does not start: ${failure ?? "it does not answer"}\n${tail(log)}`);
    }
    await pause(50);
  }
  answered = true;
}

/**
 * Ends the server and removes its folder if this process is killed. The guard waits for the end of its input, which comes
 * when this process ends.
 */
function outliveThisProcess(pid) {
  const script = 'cat >/dev/null; kill -9 "$1"; sleep 1; rm -rf "$2"';
  const started = spawn("/bin/sh", ["-c", script, "guard", String(pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  started.once("error", () => {});
  started.unref();
  return started;
}

/** Stops the server, removes the folder and ends this process. */
async function stop(code) {
  if (stopping) return;
  stopping = true;
  if (mariadb !== null && mariadb.exitCode === null && mariadb.signalCode === null) {
    const ended = ending(mariadb);
    mariadb.kill("SIGTERM");
    await Promise.race([ended, pause(STOP_WITHIN_MILLISECONDS, null, { ref: false })]);
  }
  process.exit(code);
}

/** MariaDB refuses to run as root. For root, this chooses its package's user, or `nobody`. */
function chooseIdentity() {
  if (process.getuid?.() !== 0) return { name: null };
  for (const name of ["mysql", "nobody"]) {
    try {
      const id = (option) =>
        Number(execFileSync("id", [option, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
      chownSync(folder, id("-u"), id("-g"));
      return { name };
    } catch {
      continue;
    }
  }
  return fail("MariaDB cannot run as root, and there is no user mysql or nobody to run it as.");
}

/** A program's path. The search includes folders that only root has in its PATH. */
function findProgram(...names) {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/usr/bin"];
  for (const name of names) {
    for (const place of folders) {
      const path = join(place, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        continue;
      }
    }
  }
  return null;
}

function findFreePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Whether our server answers, not a different server that took the port. */
async function answers(port, data) {
  try {
    const connection = await createConnection({ host: "127.0.0.1", port, user: "root", connectTimeout: 2_000 });
    const [[{ folder: served }]] = await connection.query("SELECT @@datadir AS folder");
    await connection.end();
    return resolvePath(served) === resolvePath(data);
  } catch {
    return false;
  }
}

function ending(process_) {
  return new Promise((resolve) => {
    process_.once("error", (error) => resolve({ code: 127, signal: null, error }));
    process_.once("exit", (code, signal) => resolve({ code, signal, error: null }));
  });
}

function tail(path, lines = 15) {
  try {
    return readFileSync(path, "utf8").split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
