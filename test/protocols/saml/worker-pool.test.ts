/** The worker pool of the compiled program. `npm run build` makes the files that its threads load. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { Validator } from "../../../src/protocols/saml/validator.js";
import type { VerificationJob } from "../../../src/protocols/saml/verify-message.js";
import { createWorkerPool } from "../../../src/protocols/saml/worker-pool.js";
import { createProviderKey, startSamlProvider } from "../../support/providers/saml/index.js";
import { joinResponse } from "../../support/providers/saml/response.js";

const COMPILED = new URL("../../../dist/src/protocols/saml/verification-worker.js", import.meta.url);
const pools: Validator[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function open(...[options]: Parameters<typeof createWorkerPool>): Validator {
  const pool = createWorkerPool(options);
  pools.push(pool);
  return pool;
}

/** A worker made by the test, for faults that no real document should cause. */
function writeWorker(source: string): URL {
  const folder = mkdtempSync(join(tmpdir(), "usher-worker-"));
  const file = join(folder, "worker.mjs");
  writeFileSync(file, `import { parentPort } from "node:worker_threads";\n${source}`);
  folders.push(folder);
  return pathToFileURL(file);
}
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const JOB: VerificationJob = {
  responseXml: "",
  certificates: [],
  responseMustBeSigned: true,
  assertionMustBeSigned: true,
  encryption: "none",
  decryptionKeys: [],
};
const ECHO =
  'parentPort.on("message", (job) => parentPort.postMessage({ outcome: "verified", assertionXml: job.responseXml }));';

describe("the compiled worker", () => {
  test("verifies the provider's signature and refuses that of a different key", async () => {
    const provider = await startSamlProvider();
    try {
      const pool = open({ worker: COMPILED });
      const request = { acsUrl: "https://usher.example/acs", id: "_1", issuer: "https://usher.example" };
      const jobOf = (key = provider.keys()[0]!): VerificationJob => ({
        ...JOB,
        responseXml: joinResponse(provider.build(provider.describe(provider.people[0]!, request), key)),
        certificates: [provider.keys()[0]!.certificate],
      });
      const answers = await Promise.all([
        pool.verify(jobOf()),
        pool.verify(jobOf(createProviderKey())),
        pool.verify(jobOf()),
      ]);
      expect(answers).toMatchObject([
        { outcome: "verified", assertionXml: expect.stringContaining("p-1001") },
        { outcome: "refused", code: "SAML_BAD_SIGNATURE" },
        { outcome: "verified" },
      ]);
    } finally {
      await provider.close();
    }
  });
});

describe("the compiled program", () => {
  const chooser = new URL("../../../dist/src/protocols/saml/create-validator.js", import.meta.url).href;
  const run = (source: string) =>
    promisify(execFile)(process.execPath, [
      "--input-type=module",
      "--eval",
      `import { createValidator } from ${JSON.stringify(chooser)};
       const validator = createValidator();
       const job = ${JSON.stringify({ ...JOB, responseXml: "<a></a>", certificates: ["AAAA"] })};
       ${source}`,
    ]).then(({ stdout }) => stdout.trim());

  test("verifies in threads, which do not keep an idle process alive", async () => {
    expect(await run("console.log((await validator.verify(job)).code);")).toBe("SAML_BAD_SIGNATURE");
  });

  test("ends its threads when it is closed", async () => {
    const source =
      "await validator.verify(job); await validator.close(); console.log((await validator.verify(job)).code);";
    expect(await run(source)).toBe("SAML_BUSY");
  });
});

describe("a pool", () => {
  test("gives every message its own answer", async () => {
    const worker = writeWorker(
      'parentPort.on("message", (job) => setTimeout(() => parentPort.postMessage({ outcome: "verified", assertionXml: job.responseXml }), Math.random() * 5));',
    );
    const pool = open({ worker, threads: 3 });
    const names = Array.from({ length: 60 }, (_, index) => `message ${index}`);
    const answers = await Promise.all(names.map((responseXml) => pool.verify({ ...JOB, responseXml })));
    expect(answers.map((answer) => answer.outcome === "verified" && answer.assertionXml)).toEqual(names);
  });

  test("stops a document that takes too long, and starts a new thread for the next one", async () => {
    const worker = writeWorker(
      `parentPort.on("message", (job) => { while (job.responseXml === "slow"); parentPort.postMessage({ outcome: "verified", assertionXml: "" }); });`,
    );
    const pool = open({ worker, threads: 1, timeLimitMilliseconds: 1_500 });
    const [slow, next] = await Promise.all([pool.verify({ ...JOB, responseXml: "slow" }), pool.verify(JOB)]);
    expect(slow).toMatchObject({ outcome: "refused", code: "SAML_VERIFICATION_STOPPED" });
    expect(next).toMatchObject({ outcome: "verified" });
  }, 20_000);

  test("delays neither the calling thread nor other messages for a slow one", async () => {
    const worker = writeWorker(
      `parentPort.on("message", (job) => { while (job.responseXml === "slow"); parentPort.postMessage({ outcome: "verified", assertionXml: "" }); });`,
    );
    const pool = open({ worker, threads: 2, timeLimitMilliseconds: 30_000 });
    const slow = pool.verify({ ...JOB, responseXml: "slow" });
    for (let index = 0; index < 5; index++) expect(await pool.verify(JOB)).toMatchObject({ outcome: "verified" });
    await pool.close();
    expect(await slow).toMatchObject({ outcome: "refused", code: "SAML_VERIFICATION_STOPPED" });
  });

  test.each([
    ["throws", "throw new Error('defect');"],
    ["exits", "process.exit(1);"],
    ["needs too much memory", "const kept = []; for (;;) kept.push(new Array(1_000_000).fill(job));"],
  ])("replaces a thread that %s, and refuses its message only", async (_, defect) => {
    const worker = writeWorker(
      `parentPort.on("message", (job) => { if (job.responseXml === "bad") { ${defect} } parentPort.postMessage({ outcome: "verified", assertionXml: "" }); });`,
    );
    const pool = open({ worker, threads: 1 });
    const [bad, next] = await Promise.all([pool.verify({ ...JOB, responseXml: "bad" }), pool.verify(JOB)]);
    expect(bad).toMatchObject({ outcome: "refused", code: "SAML_VERIFICATION_STOPPED" });
    expect(next).toMatchObject({ outcome: "verified" });
  });

  test("refuses messages beyond a full queue, and verifies the rest", async () => {
    const pool = open({ worker: writeWorker(ECHO), threads: 1, queueLength: 2 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => pool.verify(JOB)));
    const codes = answers.map((answer) => (answer.outcome === "refused" ? answer.code : "verified"));
    expect(codes).toEqual(["verified", "verified", "verified", "SAML_BUSY", "SAML_BUSY"]);
  });

  test("refuses after it is closed, and answers waiting messages", async () => {
    const pool = open({ worker: writeWorker(ECHO), threads: 1 });
    const waiting = [pool.verify(JOB), pool.verify(JOB)];
    await pool.close();
    expect((await Promise.all(waiting)).map(({ outcome }) => outcome)).toEqual(["refused", "refused"]);
    expect(await pool.verify(JOB)).toMatchObject({ outcome: "refused", code: "SAML_BUSY" });
  });
});
