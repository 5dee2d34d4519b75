/** 200 first sign-ins at once for 100 seats, through the whole application: each gets a seat or a refusal that says why. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser } from "../../testing/browser.js";
import { onMariaDb, testDatabaseUrl, type TestDatabaseUrl } from "../support/database.js";
import { startProcess, startProxy, type RoundRobinProxy, type UsherProcess } from "../support/process.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createTenant, makePerson, whoIsSignedIn, type Installation, type Tenant } from "../support/tenant.js";
import { findFreePort, OPERATOR_KEY, startTestUsher, TEST_KEY_RING, type TestUsher } from "../support/usher.js";

const SEATS = 100;
const PEOPLE = 200;

let provider: HostileOpenIdProvider;
beforeAll(async () => {
  provider = await startHostileOpenIdProvider();
});
afterAll(async () => {
  await provider.close();
});

/** All events of a type, from all pages. */
async function countEvents(tenant: Tenant, type: string): Promise<number> {
  let total = 0;
  for (let after: string | null = null; ;) {
    const { events } = await tenant.ask(
      `query ($id: ID!, $after: String) { events(organizationId: $id, first: 200, after: $after) {
         nodes { type } pageInfo { hasNextPage endCursor } } }`,
      { id: tenant.organizationId, after },
    );
    total += events.nodes.filter((each: { readonly type: string }) => each.type === type).length;
    if (!events.pageInfo.hasNextPage) return total;
    after = events.pageInfo.endCursor;
  }
}

async function fillAtOnce(installation: Installation): Promise<void> {
  const tenant = await createTenant(installation, provider, {
    organization: { totalSeats: SEATS, policies: { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" } },
  });
  const people = Array.from({ length: PEOPLE }, (_, number) => makePerson(`person-${number}`));
  // Everyone authenticates at the provider before the first returns, so that all returns are parallel.
  const arrivals = await Promise.all(
    people.map(async (person) => {
      const browser = createBrowser();
      return { browser, person, callback: await tenant.authenticate(browser, person) };
    }),
  );
  const pages = await Promise.all(
    arrivals.map(async ({ browser, callback }) => await browser.get(callback, { follow: false })),
  );
  const inside = arrivals.filter((_, number) => pages[number]!.status === 303);
  expect(inside).toHaveLength(SEATS);
  expect(pages.filter(({ status }) => status === 403)).toHaveLength(PEOPLE - SEATS);

  const outcomes = (await tenant.attempts()).map(({ outcome }) => outcome);
  expect(outcomes.filter((outcome) => outcome === "SUCCEEDED")).toHaveLength(SEATS);
  expect(outcomes.filter((outcome) => outcome === "SEATS_FULL")).toHaveLength(PEOPLE - SEATS);
  const users = await tenant.users();
  expect(users).toHaveLength(SEATS);
  expect(users.map(({ email }) => email).toSorted()).toEqual(
    inside.map(({ person }) => String(person.claims["email"])).toSorted(),
  );
  for (const { browser, person } of inside.slice(0, 10))
    expect(await whoIsSignedIn(browser, installation)).toBe(person.claims["email"]);
  const { seats } = await tenant.ask(`query ($id: ID!) { seats(organizationId: $id) { seatsInUse totalSeats } }`, {
    id: tenant.organizationId,
  });
  expect(seats).toEqual({ seatsInUse: SEATS, totalSeats: SEATS });
  expect(await countEvents(tenant, "seat.assigned")).toBe(SEATS);
  expect(await countEvents(tenant, "seat.limit_reached")).toBe(1);
  expect(await countEvents(tenant, "user.sign_in_failed")).toBe(PEOPLE - SEATS);

  // At the next sign-in, people with a seat get in and the others are refused as before.
  const outside = arrivals.find(({ browser }) => !inside.some((each) => each.browser === browser))!;
  expect((await tenant.signIn(createBrowser(), inside[0]!.person)).status).toBeLessThan(400);
  expect((await tenant.signIn(createBrowser(), outside.person)).status).toBe(403);
}

describe("200 people at once, and 100 seats", () => {
  let usher: TestUsher;
  beforeAll(async () => {
    usher = await startTestUsher();
  });
  afterAll(async () => {
    await usher.stop();
  });

  it("sign 100 people in and refuse 100 with SEATS_FULL", async () => {
    await fillAtOnce(usher);
  }, 300_000);
});

const describeOnMariaDb = onMariaDb ? describe : describe.skip;

describeOnMariaDb("200 people at two processes on one database (MariaDB; a SQLite file belongs to one process)", () => {
  let folder: string;
  let database: TestDatabaseUrl;
  let proxy: RoundRobinProxy;
  const replicas: UsherProcess[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "usher-seats-"));
    database = await testDatabaseUrl();
    proxy = await startProxy(() => replicas);
    const ports = [await findFreePort(), await findFreePort()];
    const started = await Promise.all(
      ports.map((port, index) =>
        startProcess({
          NODE_ENV: "production",
          PORT: String(port),
          USHER_URL: proxy.url,
          DATABASE_URL: database.url,
          USHER_DATA_DIR: join(folder, String(index)),
          USHER_KEY_RING: TEST_KEY_RING,
          USHER_OPERATOR_KEY: OPERATOR_KEY,
          USHER_ALLOWED_PRIVATE_HOSTS: "127.0.0.1",
          USHER_TRUSTED_PROXIES: "127.0.0.1",
          USHER_LOG_LEVEL: "error",
        }),
      ),
    );
    replicas.push(...started);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await proxy.close();
    await database.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it("sign 100 people in and refuse 100 with SEATS_FULL", async () => {
    await fillAtOnce(proxy);
    expect(Math.min(...proxy.counts())).toBeGreaterThan(PEOPLE / 2);
  }, 300_000);
});
