/** Starting and stopping the built program: its messages when it cannot start, and the files that it leaves. */
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { runProcess, startProcess, type Ending } from "../support/process.js";
import { askGraphQL, findFreePort } from "../../testing/ask.js";

let folder: string;
const folders: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-start-"));
  folders.push(folder);
});
afterAll(async () => {
  for (const each of folders) await rm(each, { recursive: true, force: true });
});

const environment = async (further: Record<string, string> = {}) => ({
  PORT: String(await findFreePort()),
  USHER_DATA_DIR: folder,
  DATABASE_URL: `sqlite:${join(folder, "usher.sqlite")}`,
  USHER_LOG_LEVEL: "error",
  ...further,
});

/** Expects a message on the error stream without a stack trace or an operator key, and the exit code 1. */
function expectMessage({ code, signal, stdout, stderr }: Ending, ...parts: (string | RegExp)[]): void {
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect(stderr).toMatch(/^Usher cannot start\. /);
  for (const part of parts) expect(stderr).toMatch(part);
  expect(stderr).not.toMatch(/\n\s+at |node_modules|\bdist\//);
  expect(stdout).not.toContain("operator key");
}

describe("a start that fails", () => {
  it("reports every mistake of the environment, and creates no files", async () => {
    const data = join(folder, "data");
    const ending = await runProcess({
      NODE_ENV: "production",
      PORT: "0x50",
      USHER_URL: "http://usher.example",
      DATABASE_URL: "postgres://user:pa55word@host/db",
      USHER_DATA_DIR: data,
    });
    expectMessage(ending, "4 mistakes", "PORT", "USHER_URL", "DATABASE_URL", "USHER_KEY_RING");
    expect(ending.stderr).not.toContain("pa55word");
    expect(existsSync(data)).toBe(false);
  });

  it("reports that the database server cannot be reached, without the password", async () => {
    const port = await findFreePort();
    const ending = await runProcess(
      await environment({
        DATABASE_URL: `mysql://usher:pa55word@127.0.0.1:${port}/usher`,
        USHER_KEY_RING: `one:${Buffer.alloc(32, 1).toString("base64")}`,
      }),
    );
    expectMessage(ending, `127.0.0.1:${port}`);
    expect(ending.stderr).not.toContain("pa55word");
  });

  it("reports that another process uses the SQLite file, and does not disturb that process", async () => {
    const first = await startProcess(await environment());
    expectMessage(await runProcess(await environment()), "usher.sqlite", /process/);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    expect(await first.stop()).toMatchObject({ code: 0, stderr: "" });
  });

  it("reports that the database path is not a file, and does not leave a key ring", async () => {
    const ending = await runProcess(await environment({ DATABASE_URL: `sqlite:${folder}` }));
    expectMessage(ending, folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("reports that the key ring in the data folder cannot be used", async () => {
    const variables = await environment();
    const first = await startProcess(variables);
    await first.stop();
    writeFileSync(join(folder, "key-ring"), "half a ke");
    expectMessage(await runProcess(variables), join(folder, "key-ring"));
  });

  describe("because its port is in use", () => {
    let other: Server;
    let port: number;
    beforeAll(async () => {
      other = createServer();
      await new Promise<void>((settle) => other.listen(0, settle));
      port = (other.address() as AddressInfo).port;
    });
    afterAll(() => new Promise((settle) => other.close(settle)));

    it("names the port, and leaves making the key ring and the operator key to the next start", async () => {
      expectMessage(await runProcess(await environment({ PORT: String(port) })), `port ${port}`, "PORT");
      expect(readdirSync(folder)).not.toContain("key-ring");
      const started = await startProcess(await environment());
      expect(started.stdout()).toMatch(/usher_op_[A-Za-z0-9_-]{43}/);
      await started.stop();
    });
  });
});

describe("the first start", () => {
  it("makes a key ring that only its owner can read, and prints an operator key once", async () => {
    const variables = await environment();
    const first = await startProcess(variables);
    const keys = first.stdout().match(/usher_op_[A-Za-z0-9_-]+/g);
    expect(keys).toHaveLength(1);
    const ask = async () => await askGraphQL(first.url, "{ installation { ssoAllowed } }", {}, keys![0]);
    expect(await ask()).toEqual({ data: { installation: { ssoAllowed: true } } });
    expect(statSync(join(folder, "key-ring")).mode & 0o777).toBe(0o600);
    const ring = readFileSync(join(folder, "key-ring"), "utf8");
    expect(await first.stop()).toMatchObject({ code: 0, stderr: "" });

    const second = await startProcess(variables);
    expect(second.stdout()).not.toContain("usher_op_");
    expect(readFileSync(join(folder, "key-ring"), "utf8")).toBe(ring);
    expect(await ask()).toEqual({ data: { installation: { ssoAllowed: true } } });
    await second.stop();
    // No file of the folder contains the key.
    const files = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
    for (const name of files) expect(readFileSync(join(folder, name), "latin1")).not.toContain(keys![0]);
  });
});

it("the version of package.json is in the first line of the log, in /readyz and in GraphQL", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const operatorKey = "o".repeat(43);
  const usher = await startProcess(await environment({ USHER_LOG_LEVEL: "info", USHER_OPERATOR_KEY: operatorKey }));
  expect(usher.stdout().split("\n")[0]).toContain(`Usher is starting.  version=${version}`);
  expect(await (await fetch(`${usher.url}/readyz`)).json()).toEqual({ status: "ready", version });
  const query = "{ installation { version } }";
  expect(await askGraphQL(usher.url, query, {}, operatorKey)).toEqual({ data: { installation: { version } } });
  expect((await askGraphQL(usher.url, query, {}, null)).data).toBeNull();
  await usher.stop();
});

describe("stopping", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "at %s finishes the request in progress, accepts no new connections, and exits with 0",
    async (signal) => {
      const usher = await startProcess(await environment());
      // A request that has arrived only in part when the signal comes.
      const socket = connect(usher.port, "127.0.0.1");
      let answer = "";
      const answered = new Promise<void>((settle) =>
        socket.on("data", (chunk) => (answer += String(chunk))).on("close", settle),
      );
      const body = JSON.stringify({ query: "{ errorCodes { code } }" });
      const half = Math.floor(body.length / 2);
      socket.write(
        `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, half)}`,
      );
      // The answer to a second request shows that the first half has arrived.
      expect((await fetch(`${usher.url}/healthz`)).status).toBe(200);
      usher.signal(signal);
      await refusesConnections(usher.port);
      socket.write(body.slice(half));
      await answered;
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answer).toContain("UNKNOWN_CONNECTION");
      expect(await usher.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    },
  );
});

/** Waits until a port refuses connections. */
async function refusesConnections(port: number): Promise<void> {
  for (;;) {
    const refused = await new Promise<boolean>((settle) => {
      const attempt = connect(port, "127.0.0.1");
      attempt.once("connect", () => {
        attempt.destroy();
        settle(false);
      });
      attempt.once("error", () => settle(true));
    });
    if (refused) return;
  }
}
