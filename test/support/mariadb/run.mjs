/**
 * Runs a command with a MariaDB server of its own: a temporary data folder, a free port on 127.0.0.1, its own socket.
 *
 *     node test/support/mariadb/run.mjs npx jest test/platform/database
 *
 * The command finds `mariadb://root@127.0.0.1:PORT` in USHER_TEST_DATABASE_URL. The server and its folder are gone
 * afterwards, however the command ends, and its exit code is passed on. A server that already runs is left alone.
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
/** A server that ends more often than this by itself is left as it is. */
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
// The last resort, should this process end without passing through `stop`.
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
    // The command ends first, and then the server; a command that does not want to end is made to.
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
        // Programs that mariadb-install-db starts as root need the name; anybody else's run as whoever calls.
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
 * Starts the server on its folder and waits until it answers. A server that ends by itself later on, as Debian's does by
 * a segmentation fault once in a long while, is started again, and what it said is shown: whatever was under way fails.
 */
async function launch({ data, log, port }, restarts) {
  mariadb = spawn(
    server,
    [
      "--no-defaults",
      `--datadir=${data}`,
      // A server that starts removes what looks left behind there, also the tables of one that runs beside it.
      `--tmpdir=${folder}`,
      `--socket=${join(folder, "socket")}`,
      `--pid-file=${join(folder, "pid")}`,
      `--log-error=${log}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      "--skip-name-resolve",
      "--skip-log-bin",
      "--character-set-server=utf8mb4",
      // Nothing here has to survive a crash, and tests make and drop many databases.
      "--innodb-flush-log-at-trx-commit=0",
      "--innodb-flush-method=nosync",
      "--innodb-doublewrite=0",
      "--innodb-buffer-pool-size=64M",
      "--innodb-log-file-size=32M",
      "--performance-schema=OFF",
      "--max-connections=400",
      ...(identity.name === null ? [] : [`--user=${identity.name}`]),
    ],
    // In a group of its own: Ctrl-C in a terminal must reach the tests before it reaches the server.
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
    // Enough for the server's own account of it: the stack and the statement.
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
 * Ends the server and removes its folder should this process be killed outright: the guard's input then ends, which is
 * all that it waits for.
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

/** MariaDB refuses to run as root: then it runs as its package's user, or as nobody. */
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

/** A program's path, also from the folders that only root has in its PATH. */
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

/** Whether our server answers, and not one that took the port in the meantime. */
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
