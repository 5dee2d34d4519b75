/** Starts the built program as a process, like an operator, and a proxy in front of several. */
import { spawn } from "node:child_process";
import { createServer, request as forward, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** The built program. `npm test` builds it before the tests. */
const PROGRAMS = { server: "dist/src/main.js", demo: "dist/demo/main.js" };
const ROOT = resolve(import.meta.dirname, "../..");
const READY_WITHIN_MILLISECONDS = 45_000;

/** A program of an installation in its own folder. */
interface Installed {
  readonly file: string;
  readonly parameters: readonly string[];
  readonly folder: string;
}

/** The exit of a process, with its output. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running program. */
export interface UsherProcess {
  readonly url: string;
  readonly port: number;
  /** Its output so far. */
  readonly stdout: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Settles when the process has ended. */
  readonly ended: Promise<Ending>;
  /** Asks the process to stop, and waits. */
  readonly stop: () => Promise<Ending>;
}

export type ProcessEnvironment = Readonly<Record<string, string>>;

/** Starts a program without waiting for it, and collects its output. */
export function launch(environment: ProcessEnvironment, program: keyof typeof PROGRAMS | Installed = "server") {
  const { file, parameters, folder } =
    typeof program === "string" ? { file: resolve(ROOT, PROGRAMS[program]), parameters: [], folder: ROOT } : program;
  const child = spawn(process.execPath, [file, ...parameters], {
    cwd: folder,
    // The test's environment must not reach the program, except PATH, which programs expect.
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const written = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (written.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (written.stderr += text));
  // A failed test must not leave processes behind.
  const endWithTest = () => child.kill("SIGKILL");
  process.once("exit", endWithTest);
  const ended = new Promise<Ending>((settle, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => {
      process.removeListener("exit", endWithTest);
      settle({ code, signal, ...written });
    });
  });
  return { child, written, ended };
}

/** Starts a program that ends by itself. */
export async function runProcess(environment: ProcessEnvironment): Promise<Ending> {
  return await launch(environment).ended;
}

/** Starts a program on the port of its environment, and waits until it is ready. The caller stops it. */
export async function startProcess(
  environment: ProcessEnvironment,
  program: keyof typeof PROGRAMS | Installed = "server",
): Promise<UsherProcess> {
  const { child, written, ended } = launch(environment, program);
  const port = Number(environment["PORT"]);
  const url = `http://127.0.0.1:${port}`;
  let over: Ending | null = null;
  void ended.then((ending) => (over = ending));
  const deadline = Date.now() + READY_WITHIN_MILLISECONDS;
  for (;;) {
    if (over !== null) throw new Error(`The program ended before it was ready: ${JSON.stringify(over)}`);
    const ready = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) break;
    if (Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`The program was not ready in time: ${JSON.stringify(written)}`);
    }
    await pause(50);
  }
  return {
    url,
    port,
    stdout: () => written.stdout,
    signal: (signal) => void child.kill(signal),
    ended,
    stop: async () => {
      child.kill("SIGTERM");
      return await ended;
    },
  };
}

/** A reverse proxy that sends requests to several replicas in turn. */
export interface RoundRobinProxy {
  readonly url: string;
  readonly port: number;
  /** The number of requests per replica. */
  readonly counts: () => readonly number[];
  /** Sends every request to one replica, by index. With `null`, the replicas take turns again. */
  readonly pin: (place: number | null) => void;
  readonly close: () => Promise<void>;
}

/** Starts a proxy. Its replicas are set later, because they need its address. */
export async function startProxy(replicas: () => readonly { readonly port: number }[]): Promise<RoundRobinProxy> {
  const counts: number[] = [];
  let turn = 0;
  let pinned: number | null = null;
  const server: Server = createServer((incoming, outgoing) => {
    const all = replicas();
    const place = pinned ?? turn++ % all.length;
    counts[place] = (counts[place] ?? 0) + 1;
    const onward = forward(
      {
        host: "127.0.0.1",
        port: all[place]!.port,
        method: incoming.method,
        path: incoming.url,
        headers: {
          ...incoming.headers,
          "x-forwarded-for": [incoming.headers["x-forwarded-for"] ?? [], incoming.socket.remoteAddress]
            .flat()
            .join(", "),
          "x-forwarded-proto": "http",
        },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    port,
    counts: () => counts,
    pin: (place) => void (pinned = place),
    close: async () => {
      server.closeAllConnections();
      await new Promise((settle) => server.close(settle));
    },
  };
}
