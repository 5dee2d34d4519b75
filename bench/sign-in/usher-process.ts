/**
 * The measured process: the whole application on its own SQLite file, and beside it the limit and node-saml. It answers
 * questions about its CPU time and event loop. The measurement forks it.
 */
import "reflect-metadata";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { SAML, ValidateInResponseTo } from "@node-saml/passport-saml";
import { migrations } from "../../migrations/index.js";
import { startUsher } from "../../src/app.js";
import { findKeyRingMistake } from "../../src/app/load-key-ring.js";
import { readConfiguration } from "../../src/config/configuration.js";
import { builtInConnectionTypes } from "../../src/connection-types/index.js";
import { createSamlConnectionType } from "../../src/connection-types/saml/index.js";
import { findDatabaseUrlMistake } from "../../src/platform/database/database-url.js";
import { createLogger } from "../../src/platform/telemetry/logger.js";
import { createInlineValidator } from "../../src/protocols/saml/validator.js";
import { findFreePort, OPERATOR_KEY, TEST_KEY_RING } from "../../test/support/usher.js";
import { startScimLimit, type ScimLimit } from "../scim/limit.js";
import { startLimit, type LimitServer, type LimitTarget } from "./limit.js";
import { loadSqlite } from "../../src/platform/database/sqlite-library.js";

const Database = await loadSqlite();

/** Where the limit's sign-ins go. */
export type Limits = Omit<LimitTarget, "database">;

/** Responses for node-saml, and the options to verify them. */
export interface SamlPeer {
  readonly responses: readonly string[];
  readonly entityId: string;
  readonly acsUrl: string;
  readonly issuer: string;
  readonly certificate: string;
  readonly signsResponse: boolean;
  readonly signsAssertion: boolean;
}

const NANOSECONDS = 1e6;
const folder = mkdtempSync(join(tmpdir(), "usher-bench-"));
const file = join(folder, "usher.sqlite");
const [validation, allowedHosts = "", givenUrl = "", rateLimits = "on"] = process.argv.slice(2);
const databaseUrl = givenUrl === "" ? `sqlite:${file}` : givenUrl;
const port = await findFreePort();
const url = `http://localhost:${port}`;
const configuration = readConfiguration(
  {
    NODE_ENV: "production",
    PORT: String(port),
    USHER_URL: url,
    DATABASE_URL: databaseUrl,
    USHER_RATE_LIMITS: rateLimits,
    USHER_DATA_DIR: folder,
    USHER_KEY_RING: TEST_KEY_RING,
    USHER_OPERATOR_KEY: OPERATOR_KEY,
    USHER_ALLOWED_PRIVATE_HOSTS: allowedHosts,
    USHER_TRUSTED_PROXIES: "127.0.0.1,::1",
    // The log would go to a terminal, which is slower than the file or pipe of an installation.
    USHER_LOG_LEVEL: "error",
  },
  { databaseUrl: findDatabaseUrlMistake, keyRing: findKeyRingMistake },
);
const types = builtInConnectionTypes(configuration);
const usher = await startUsher(
  configuration,
  migrations,
  createLogger({ level: "error", pretty: true }),
  validation === "inline"
    ? {
        connectionTypes: types.map((type) =>
          type.id === "saml" ? createSamlConnectionType(createInlineValidator) : type,
        ),
      }
    : {},
);

const delay = monitorEventLoopDelay({ resolution: 1 });
let limit: LimitServer | null = null;
let scimLimit: ScimLimit | null = null;

const answers: Record<string, (data: never) => unknown> = {
  cpu: readCpu,
  watch: () => {
    delay.reset();
    delay.enable();
    return null;
  },
  stall: () => {
    delay.disable();
    return delay.max / NANOSECONDS;
  },
  limit: async (target: Limits) => {
    const copy = join(folder, "limit.sqlite");
    const source = new Database(file, { readonly: true });
    source.prepare("VACUUM INTO ?").run(copy);
    source.close();
    limit = await startLimit({ ...target, database: copy });
    return limit.port;
  },
  "scim-limit": async () => {
    const isServer = !databaseUrl.startsWith("sqlite:");
    scimLimit = await startScimLimit(isServer ? databaseUrl : `sqlite:${join(folder, "scim-limit.sqlite")}`);
    return scimLimit.port;
  },
  "node-saml": verifyAlone,
  stop: async () => {
    await limit?.close();
    await scimLimit?.close();
    await usher.stop({ limitMilliseconds: 5_000 });
    rmSync(folder, { recursive: true, force: true });
    setImmediate(() => process.disconnect());
    return null;
  },
};
process.on("message", ({ id, name, data }: { id: number; name: string; data: never }) => {
  void Promise.resolve(answers[name]!(data)).then((answer) => process.send!({ id, answer }));
});
// The measurement has ended.
process.on("disconnect", () => process.exit());
process.send!({ id: 0, answer: url });

function readCpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Set up once for several responses, as a service with this library does. */
async function verifyAlone(peer: SamlPeer): Promise<number> {
  const saml = new SAML({
    issuer: peer.entityId,
    audience: peer.entityId,
    callbackUrl: peer.acsUrl,
    idpCert: [peer.certificate],
    idpIssuer: peer.issuer,
    wantAuthnResponseSigned: peer.signsResponse,
    wantAssertionsSigned: peer.signsAssertion,
    acceptedClockSkewMs: 60_000,
    validateInResponseTo: ValidateInResponseTo.never,
  });
  const before = readCpu();
  for (const SAMLResponse of peer.responses) {
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse });
    if (profile?.nameID === undefined) throw new Error("node-saml verified nothing");
  }
  return (readCpu() - before) / peer.responses.length;
}
