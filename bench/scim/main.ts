/**
 * Measures SCIM over HTTP: the CPU of POST /Users beside a prepared insert, of one member's PATCH in groups of three sizes, a
 * first synchronisation, and 25 requests a second beside sign-ins. Usher runs in a process of its own.
 *
 *     npm run bench:scim [-- --seconds 60 --users 10000 --groups 200 --rounds 40]
 *     node test/support/mariadb/run.mjs npm run bench:scim
 *
 * `--seconds 0` and `--users 0` leave a part out. On MariaDB the server's work is not in the CPU time.
 */
import { parseArgs } from "node:util";
import { onMariaDb, testDatabaseUrl } from "../../test/support/database.js";
import { runFirstSync } from "../../test/support/first-sync.js";
import { startHostileOpenIdProvider } from "../../test/support/providers/hostile-openid/index.js";
import { createScimClient, describeUser, GROUP, makeOrganization, type ScimClient } from "../../test/support/scim.js";
import { createTenant, makePerson } from "../../test/support/tenant.js";
import { askGraphQL, OPERATOR_KEY } from "../../test/support/usher.js";
import { closeClient, nextVisitor, visit } from "../sign-in/client.js";
import { startMeasured } from "../sign-in/measured-process.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    users: { type: "string", default: "10000" },
    groups: { type: "string", default: "200" },
    rounds: { type: "string", default: "40" },
  },
});
const [SECONDS, USERS, GROUPS, ROUNDS] = [values.seconds, values.users, values.groups, values.rounds].map(Number) as [
  number,
  number,
  number,
  number,
];
/** Requests in a window, so that reading the clock weighs little. */
const WINDOW = 10;
const WARMING_ROUNDS = 60;
const REQUESTS_A_SECOND = 25;
const SIGN_INS_A_SECOND = 2;
const GROUP_SIZES = [10, 1_000, 10_000];
const MOST_MEMBERS_AT_ONCE = 1_000;
const MICROSECONDS = 1_000;

// On SQLite, the measured process makes a file in the folder for temporary files, so that its commits wait for a disk.
const made = onMariaDb ? await testDatabaseUrl() : null;
const openId = await startHostileOpenIdProvider();
// The first synchronisation sends faster than a directory may.
const measured = await startMeasured("threads", "127.0.0.1,localhost", {
  rateLimits: "off",
  ...(made === null ? {} : { databaseUrl: made.url }),
});
const limitUrl = `http://127.0.0.1:${await measured.ask("scim-limit")}`;
const usher = {
  ask: async (query: string, variables: Record<string, unknown> = {}, key: string | null = OPERATOR_KEY) => {
    const { data, errors } = await askGraphQL(measured.url, query, variables, key);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  },
};

const print = (line: string) => process.stdout.write(`${line}\n`);
const ordered = (list: readonly number[]) => list.toSorted((left, right) => left - right);
const at = (share: number, list: readonly number[]) =>
  ordered(list)[Math.min(list.length - 1, Math.floor(share * list.length))] ?? Number.NaN;
const show = (milliseconds: number) => `${milliseconds.toFixed(2)} ms`;
const makeDirectory = async () => await createScimClient(usher, await makeOrganization(usher));

/** Sends a request and returns the body of its answer. Throws if it is refused. */
async function send({ send: ask }: ScimClient, method: string, path: string, body?: object) {
  const answer = await ask(method, path, body);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
const patchMember = (scim: ScimClient, groupId: string, op: "Add" | "Remove", ids: readonly string[]) =>
  scim.patch(`/Groups/${groupId}`, { op, path: "members", value: ids.map((value) => ({ value })) });

const postToLimit = async () => {
  const response = await fetch(limitUrl, { method: "POST", body: JSON.stringify(describeUser()) });
  await response.text();
};

/** CPU time of one of the jobs of a window, in milliseconds. */
async function measure(work: () => Promise<unknown>): Promise<number> {
  const before = await measured.ask("cpu");
  for (let index = 0; index < WINDOW; index += 1) await work();
  return ((await measured.ask("cpu")) - before) / WINDOW / MICROSECONDS;
}

/** Measures jobs in turn, in an order that changes with each round, and returns the median of each. */
async function takeTurns(jobs: readonly (() => Promise<unknown>)[]): Promise<readonly number[]> {
  const times = jobs.map((): number[] => []);
  for (let round = -WARMING_ROUNDS; round < ROUNDS; round += 1)
    for (let turn = 0; turn < jobs.length; turn += 1) {
      const place = (turn + round + WARMING_ROUNDS) % jobs.length;
      const time = await measure(jobs[place]!);
      if (round >= 0) times[place]!.push(time);
    }
  return times.map((list) => at(0.5, list));
}

async function comparePost(): Promise<void> {
  const scim = await makeDirectory();
  const [ours, limit] = (await takeTurns([() => scim.makeUser(), postToLimit])) as [number, number];
  print(`POST /Users / limit: ${show(ours)} / ${show(limit)} = ${(ours / limit).toFixed(1)}   (aim 3)`);
}

/** @param ids users of the directory. Groups that need more are left out */
async function compareMembers(scim: ScimClient, ids: readonly string[]): Promise<void> {
  const { id: last } = await scim.makeUser();
  const sizes = GROUP_SIZES.filter((size) => size <= ids.length);
  const jobs: (() => Promise<unknown>)[] = [];
  for (const size of sizes) {
    const { id } = await send(scim, "POST", "/Groups", { schemas: [GROUP], displayName: `Of ${size}` });
    for (let start = 0; start < size; start += MOST_MEMBERS_AT_ONCE)
      await patchMember(scim, id, "Add", ids.slice(start, Math.min(size, start + MOST_MEMBERS_AT_ONCE)));
    let isMember = false;
    jobs.push(async () => {
      const { status } = await patchMember(scim, id, isMember ? "Remove" : "Add", [last]);
      if (status !== 204) throw new Error(`PATCH answers ${status}`);
      isMember = !isMember;
    });
  }
  const [limit = 0, ...times] = await takeTurns([postToLimit, ...jobs]);
  for (const [place, time] of times.entries())
    print(
      `PATCH of one member, group of ${sizes[place]} / limit: ${show(time)} / ${show(limit)} = ${(time / limit).toFixed(1)}   (aim 2, whatever the size)`,
    );
}

async function synchronise(): Promise<readonly [ScimClient, readonly string[]]> {
  const scim = await makeDirectory();
  const [cpu, started] = [await measured.ask("cpu"), performance.now()];
  let requests = 0;
  const { userIds } = await runFirstSync(
    (method, path, body) => {
      requests += 1;
      return send(scim, method, path, body);
    },
    { users: USERS, groups: GROUPS, largestGroup: USERS },
  );
  const seconds = (performance.now() - started) / 1_000;
  const each = ((await measured.ask("cpu")) - cpu) / requests / MICROSECONDS;
  print(
    `First synchronisation, ${USERS} users and ${GROUPS} groups: ${requests} requests in ${seconds.toFixed(0)} s (${(requests / seconds).toFixed(0)} a second), CPU ${show(each)} a request`,
  );
  return [scim, userIds];
}

/** Sends at a fixed rate, whether or not earlier requests were answered. */
async function loadSteadily(): Promise<void> {
  const scim = await makeDirectory();
  const tenant = await createTenant(measured, openId);
  const userIds: string[] = [];
  for (let count = 0; count < 100; count += 1) userIds.push((await scim.makeUser()).id);
  const { id: groupId } = await send(scim, "POST", "/Groups", { schemas: [GROUP], displayName: "Everybody" });
  let turn = 0;
  const requests: readonly (() => Promise<unknown>)[] = [
    () => send(scim, "GET", `/Users?filter=${encodeURIComponent(`userName eq "${describeUser().userName}"`)}`),
    () => send(scim, "POST", "/Users", describeUser()),
    () => scim.patch(`/Users/${userIds[turn % 100]}`, { op: "Replace", path: "title", value: `Title ${turn}` }),
    () => patchMember(scim, groupId, turn % 200 < 100 ? "Add" : "Remove", [userIds[turn % 100]!]),
    () => send(scim, "GET", `/Users/${userIds[turn % 100]}`),
  ];
  const signIn = async () => {
    const visitor = nextVisitor();
    const { location, cookies } = await visit(tenant.startUrl, visitor);
    const person = makePerson(`p${turn % 50}`);
    await visit(await openId.authorize(location, person), visitor, { cookies });
  };
  const [scimTimes, signInTimes]: [number[], number[]] = [[], []];
  const running: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  const time = (list: number[], work: () => Promise<unknown>) => {
    const started = performance.now();
    const end = work().then(
      () => list.push(performance.now() - started),
      (error: unknown) => failures.push(error),
    );
    running.push(end);
  };
  const cpu = await measured.ask("cpu");
  await measured.ask("watch");
  const started = performance.now();
  for (; turn < SECONDS * REQUESTS_A_SECOND; turn += 1) {
    const due = started + (turn * 1_000) / REQUESTS_A_SECOND;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    time(scimTimes, requests[turn % requests.length]!);
    if (turn % Math.round(REQUESTS_A_SECOND / SIGN_INS_A_SECOND) === 0) time(signInTimes, signIn);
  }
  await Promise.all(running);
  const elapsed = performance.now() - started;
  const stall = await measured.ask("stall");
  const share = ((await measured.ask("cpu")) - cpu) / MICROSECONDS / elapsed;
  const describe = (list: readonly number[]) =>
    `${list.length}, median ${at(0.5, list).toFixed(0)} ms, 99 % within ${at(0.99, list).toFixed(0)} ms, longest ${at(1, list).toFixed(0)} ms`;
  print(`${REQUESTS_A_SECOND} SCIM requests a second for ${SECONDS} s beside ${SIGN_INS_A_SECOND} sign-ins a second:`);
  print(`  SCIM requests: ${describe(scimTimes)}`);
  print(`  sign-ins: ${describe(signInTimes)}`);
  print(
    `  ${failures.length} failures, ${(share * 100).toFixed(0)} % of one core, longest stall ${stall.toFixed(0)} ms`,
  );
  if (failures.length > 0) throw failures[0];
}

try {
  print(
    `Node ${process.versions.node}, ${onMariaDb ? "MariaDB" : "SQLite"}; CPU of Usher's process, medians of ${ROUNDS} rounds`,
  );
  await comparePost();
  if (SECONDS > 0) await loadSteadily();
  if (USERS > 0) await compareMembers(...(await synchronise()));
} finally {
  closeClient();
  await measured.stop();
  await openId.close();
  await made?.remove();
}
