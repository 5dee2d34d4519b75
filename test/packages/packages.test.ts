/**
 * Usher and a connection type as npm packages: both are packed, installed into an empty folder and started there. The tests of
 * the example, and of the package that docs/connection-types.md builds, use that installation.
 */
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Administrator, isSignedIn } from "../../testing/administrator.js";
import { askGraphQL, findFreePort } from "../../testing/ask.js";
import { createBrowser } from "../../testing/browser.js";
import { OPERATOR_KEY } from "../../testing/usher.js";
import { startProcess } from "../support/process.js";
import type { TestUsher } from "../support/usher.js";

const ROOT = resolve(import.meta.dirname, "../..");
const EXAMPLE = join(ROOT, "examples/usher-connection-cas");
const MODULES = join(ROOT, "node_modules");
const environment = { ...process.env, NODE_OPTIONS: "" };
const run = promisify(execFile);
const PATIENCE_MILLISECONDS = 180_000;

let folder: string;
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "usher-packages-")));
  const pack = async (source: string) => {
    const { stdout } = await npm("pack", "--json", "--pack-destination", folder, source);
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    return `./${filename}`;
  };
  const packed = [await pack(ROOT), await pack(EXAMPLE)];
  writeFileSync(join(folder, "package.json"), "{}");
  // Links to packages, because npm takes a minute to install Usher's three hundred dependencies.
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { dependencies: object };
  for (const name of [...Object.keys(dependencies), "better-sqlite3-node22"]) link(name);
  await npm("install", ...packed);
  // The tools come last, because npm removes packages that no other package in the folder depends on.
  for (const name of ["fast-check", "@types/node", "@types/passport", "@types/express", "@jest/globals"]) link(name);
}, PATIENCE_MILLISECONDS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs npm without a network. */
function npm(...parameters: readonly string[]) {
  return run("npm", [...parameters, "--offline", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    env: environment,
  });
}

function link(name: string): void {
  const place = join(folder, "node_modules", name);
  if (existsSync(place) || !existsSync(join(MODULES, name))) return;
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(MODULES, name), place);
}

test("the package holds what starts, what other packages import and their declarations, and no tests", () => {
  const usher = join(folder, "node_modules/usher");
  expect(readdirSync(usher).toSorted()).toEqual(["README.md", "dist", "docs", "graphql", "package.json", "scripts"]);
  expect(readdirSync(join(usher, "dist")).toSorted()).toEqual(["migrations", "src", "testing"]);
  const files = readdirSync(usher, { recursive: true, encoding: "utf8" });
  expect(files.filter((file) => /\.test\.[jt]s$|\.map$|(^|\/)(test|bench|demo)\//.test(file))).toEqual([]);
  const { exports } = JSON.parse(readFileSync(join(usher, "package.json"), "utf8")) as {
    exports: Record<string, { types: string; default: string }>;
  };
  for (const entry of Object.values(exports).flatMap((conditions) => Object.values(conditions)))
    expect([entry, existsSync(join(usher, entry))]).toEqual([entry, true]);
  // The declarations are the public interface, so they contain nothing that no entry exports.
  expect(files.filter((file) => file.endsWith(".d.ts") && file.includes("platform/database"))).toEqual([]);
});

test("an installation starts with the type of the package, and a person signs in through it", async () => {
  const { startStandIn } = (await import(pathToFileURL(join(EXAMPLE, "test/stand-in.js")).href)) as {
    startStandIn: () => Promise<StandIn>;
  };
  const server = await startStandIn();
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  const installed = {
    file: join(folder, "node_modules/.bin/usher"),
    parameters: ["start"],
    folder,
  };
  const usher = await startProcess(
    {
      PORT: String(port),
      USHER_URL: url,
      USHER_OPERATOR_KEY: OPERATOR_KEY,
      USHER_CONNECTION_TYPES: "usher-connection-cas",
      USHER_ALLOWED_PRIVATE_HOSTS: "127.0.0.1",
      USHER_LOG_LEVEL: "error",
    },
    installed,
  );
  try {
    const graphql: TestUsher["graphql"] = (query, variables, key = OPERATOR_KEY) =>
      askGraphQL(url, query, variables, key);
    const ask: TestUsher["ask"] = async (...request) => {
      const { data, errors } = await graphql(...request);
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    };
    const administrator = await Administrator.of({ url, graphql, ask }, "acme");
    const { id } = await administrator.draft({ cas: { serverUrl: server.url } });
    expect(await administrator.activate(id)).toBe("ACTIVE");
    server.setPerson({ user: "ada", attributes: { mail: ["ada@acme.example"], givenName: ["Ada"], sn: ["Lovelace"] } });
    const browser = createBrowser();
    expect(isSignedIn(await browser.get(await administrator.startUrl(browser)), administrator)).toBe(true);
    expect(await administrator.members()).toMatchObject([
      { email: "ada@acme.example", identities: [{ issuer: server.url, subject: "ada" }] },
    ]);
  } finally {
    expect(await usher.stop()).toMatchObject({ code: 0, stderr: "" });
    await server.close();
  }
});

interface StandIn {
  readonly url: string;
  readonly setPerson: (person: { user: string; attributes: Record<string, readonly string[]> }) => void;
  readonly close: () => Promise<void>;
}

test(
  "the example and the package of the guide pass the conformance suite and their own tests",
  async () => {
    const places = ["cas", "portal"].map((name) => join(folder, name));
    const [cas = "", portal = ""] = places;
    cpSync(EXAMPLE, cas, { recursive: true, filter: (source) => !source.includes("node_modules") });
    mkdirSync(portal);
    const guide = readFileSync(join(ROOT, "docs/connection-types.md"), "utf8");
    for (const [, name = "", text = ""] of guide.matchAll(/^`([\w.-]+)`:\n\n```\w+\n([^]*?)^```$/gm))
      writeFileSync(join(portal, name), text);
    expect(readdirSync(portal).toSorted()).toEqual(["guide.md", "index.js", "package.json", "portal.test.js"]);
    await run(join(folder, "node_modules/.bin/usher"), ["guides"], {
      cwd: portal,
      env: { ...environment, USHER_CONNECTION_TYPES: "usher-connection-portal" },
    });

    const jest = ["--experimental-vm-modules", join(MODULES, "jest/bin/jest.js"), "--runInBand", "--json"];
    const { stdout } = await run(process.execPath, [...jest, "--projects", ...places], {
      cwd: folder,
      env: environment,
    });
    const report = JSON.parse(stdout) as { numFailedTests: number; numPassedTests: number; numTotalTestSuites: number };
    expect(report).toMatchObject({ numFailedTests: 0, numTotalTestSuites: 4 });
    expect(report.numPassedTests).toBeGreaterThan(95);
  },
  PATIENCE_MILLISECONDS,
);

test("the types of the example agree with the declarations", async () => {
  const project = join(folder, "typed");
  cpSync(EXAMPLE, project, { recursive: true, filter: (source) => !source.includes("node_modules") });
  const compiler = join(MODULES, "typescript/bin/tsc");
  const { stdout } = await run(process.execPath, [compiler, "-p", "tsconfig.json"], { cwd: project, env: environment });
  expect(stdout).toBe("");
});
