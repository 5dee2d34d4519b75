/** The export of results over HTTP: the file's content, access to it, and exports that fail midway. */
import { once } from "node:events";
import { request as send, type IncomingMessage } from "node:http";
import type { Request } from "express";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createApiKey, revokeApiKey } from "../../../src/people/api-key/api-key.operations.js";
import { resolveCaller } from "../../../src/people/caller/resolve-caller.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../../src/people/organization/policies.js";
import { openSession } from "../../../src/people/session/session.repository.js";
import { BYTE_ORDER_MARK, writeCsvLine, type CsvValue } from "../../../src/platform/csv.js";
import { hashToken } from "../../../src/platform/crypto/tokens.js";
import type { Reader, SqlValue } from "../../../src/platform/database/database.js";
import { defineCookie } from "../../../src/platform/http/cookies.js";
import { createExportRouter } from "../../../src/platform/http/export-router.js";
import { createHttpServer, type HttpServer } from "../../../src/platform/http/server.js";
import { insertRows } from "../../../src/platform/database/statements.js";
import { createLogger } from "../../../src/platform/telemetry/logger.js";
import { exportResults } from "../../../src/training/export/export-results.js";
import { makeOrganization, makeUser, OPERATOR, type House } from "../../support/house.js";
import { COURSES, fillWithResults, FIRST_COMPLETION, PEOPLE, type Filled } from "../../support/fill-results.js";
import { makeCourse, openTrainingHouse } from "../house.js";

test.each<[readonly CsvValue[], string]>([
  [["plain", "with space", "Ünïcode 🎓"], "plain,with space,Ünïcode 🎓"],
  [["a,b", 'a "b"', "a\nb", "a\r\nb"], '"a,b","a ""b""","a\nb","a\r\nb"'],
  [[null, "", true, false], ",,true,false"],
  [[-12.5, 0, 66.66666666666667, 1e21], "-12.5,0,66.66666666666667,1e+21"],
  [[new Date("2026-10-04T01:02:03.004Z")], "2026-10-04T01:02:03.004Z"],
  [["=1+1", "+1", "-1", "@SUM(A1)"], "'=1+1,'+1,'-1,'@SUM(A1)"],
  [["\t=1", "\r=1", "\n=1"], `'\t=1,"'\r=1","'\n=1"`],
  [['=HYPERLINK("http://evil","a")'], `"'=HYPERLINK(""http://evil"",""a"")"`],
  // Spreadsheets that separate cells with semicolons begin a cell after each one, and read quotes inside a cell as text.
  [["a;=1+1;b", ";;-1", "a; @b"], "a;'=1+1;b,;;'-1,a; '@b"],
  [['a;"=1"'], `"a;""'=1"""`],
  [["a=1", "1-1", "me@example.com", "a;b", "a;1-1"], "a=1,1-1,me@example.com,a;b,a;1-1"],
])("%j becomes a line that a spreadsheet does not evaluate", (values, line) => {
  expect(writeCsvLine(values)).toBe(`${line}\r\n`);
});

const SIZE = 20_000;
const PAGE = 200;

let house: House;
let server: HttpServer;
let url: string;
let filled: Filled;
let key: string;
let keyId: string;
let acme: string;
let ann: string;
/** The number of pages of results read so far, and the number of the page that fails. */
const reads = { pages: 0, failAt: Number.POSITIVE_INFINITY };
const defects: unknown[] = [];

beforeAll(async () => {
  house = await openTrainingHouse();
  const rows = async <Row>(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]> => {
    if (sql.includes("FROM training_result r")) {
      reads.pages += 1;
      if (reads.pages >= reads.failAt) throw new Error("The disk is gone.");
    }
    return await house.store.reader.rows<Row>(sql, parameters);
  };
  const reader: Reader = { ...house.store.reader, rows };
  const session = defineCookie({ publicUrl: "http://localhost", name: "usher-session", maxAgeSeconds: 60 });
  const callerOf = (request: Request) =>
    resolveCaller(house.store.reader, () => house.clock.now, {
      authorization: request.headers.authorization ?? null,
      sessionToken: session.read(request),
    });
  const router = createExportRouter({
    files: {
      "/export/results": (request) =>
        exportResults(
          { ...house.store, reader },
          () => callerOf(request),
          request.query as Record<string, unknown>,
          house.clock.now,
        ),
    },
    allowedOrigins: ["https://app.example.com"],
    logDefect: (error) => void defects.push(error),
  });
  server = createHttpServer({
    logger: createLogger({ level: "silent" }),
    trustedProxies: [],
    forwardedHeader: "x-forwarded-for",
    publicUrl: "http://localhost",
    checkReady: async () => undefined,
    mounts: [{ path: "/", router }],
  });
  url = `http://127.0.0.1:${await server.listen(0, "127.0.0.1")}/export/results`;

  acme = (await makeOrganization(house)).id;
  const large = (await makeOrganization(house)).id;
  filled = await house.store.begin(OPERATOR, { kind: "OPERATOR", actor: null }, async (unit) => {
    const made = await fillWithResults(unit, large, "x", SIZE);
    // Long lines, so that the file is larger than the buffers of a connection.
    const long = "x".repeat(200);
    await unit.execute("UPDATE app_user SET first_name = ?, last_name = ?, employee_id = ?", [long, long, long]);
    await unit.execute("UPDATE course SET title = ?", [long]);
    return made;
  });
  ({
    key,
    apiKey: { id: keyId },
  } = await createApiKey(house.store, OPERATOR, {
    organizationId: large,
    name: "Export",
    scopes: ["TRAINING_READ", "USERS_READ", "GROUPS_READ"],
  }));
  ann = (
    await makeUser(house, acme, { email: "ann@example.com", firstName: "=cmd|' /C calc'!A0", lastName: 'O"Neil, jr' })
  ).id;
  const bob = (await makeUser(house, acme, { email: "bob@example.com", firstName: "Bob", employeeId: "-7" })).id;
  const course = await makeCourse(house, acme, { title: "@Work, safely", externalId: "+49 1" });
  const moment = new Date("2026-10-04T01:02:03.004Z");
  await house.store.begin(OPERATOR, { kind: "OPERATOR", actor: null }, async (unit) => {
    await insertRows(
      unit,
      "training_result",
      "id organization_id user_id course_id kind attempt score maximum percent pass_rate passed completed_at recorded_at version".split(
        " ",
      ),
      [
        ["r1", acme, ann, course, "COURSE", 2, 0.1, 0.3, 33.333333333333336, 50, false, moment, moment, 1],
        ["r2", acme, bob, course, "COURSE", 1, null, null, null, null, null, new Date(moment.getTime() + 1), moment, 1],
      ],
    );
  });
}, 120_000);
beforeEach(() => {
  Object.assign(reads, { pages: 0, failAt: Number.POSITIVE_INFINITY });
  defects.length = 0;
});
afterAll(async () => {
  await server.stop({ limitMilliseconds: 1000 });
  await house.database.close();
});

let sessions = 0;
/** Opens a session for a person and returns its cookie. */
async function signIn(userId: string, organizationId: string): Promise<string> {
  const token = `usher_ses_${userId}_${(sessions += 1)}`;
  await house.store.begin(OPERATOR, { kind: "OPERATOR", actor: null }, async (unit) => {
    await openSession(unit, {
      policies: DEFAULT_ORGANIZATION_POLICIES,
      tokenHash: hashToken(token),
      userId,
      organizationId,
      connectionId: null,
      client: { address: null, userAgent: null },
    });
  });
  return `usher-session=${token}`;
}

const get = async (query: Record<string, string | string[]>, headers: Record<string, string> = {}, method = "GET") => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const each of [value].flat()) parameters.append(name, each);
  const answer = await fetch(`${url}?${parameters}`, { method, headers });
  // `text()` would remove the byte order mark.
  const body = Buffer.from(await answer.arrayBuffer()).toString("utf8");
  return { status: answer.status, headers: answer.headers, body };
};
const withKey = () => ({ authorization: `Bearer ${key}` });

describe("the file", () => {
  test("has a line for each result, latest first, and escapes text that looks like a formula", async () => {
    const { key: acmeKey } = await createApiKey(house.store, OPERATOR, {
      organizationId: acme,
      name: "Export",
      scopes: ["TRAINING_READ", "USERS_READ"],
    });
    const { status, headers, body } = await get({ organizationId: acme }, { authorization: `Bearer ${acmeKey}` });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(headers.get("content-disposition")).toMatch(
      /^attachment; filename="results-organization-\d+-2026-11-23\.csv"$/,
    );
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    const [head, second, first, end] = body.split("\r\n");
    expect(head).toBe(
      "id,userId,email,firstName,lastName,employeeId,courseId,course,courseExternalId,kind,attempt,score,maximum,percent,passRate,passed,startedAt,completedAt,recordedAt,externalId",
    );
    expect(second).toMatch(
      /^r2,[^,]+,bob@example.com,Bob,Lovelace,'-7,[^,]+,"'@Work, safely",'\+49 1,COURSE,1,,,,,,,2026-10-04T01:02:03.005Z,2026-10-04T01:02:03.004Z,$/,
    );
    expect(first).toMatch(
      /^r1,[^,]+,ann@example.com,'=cmd\|' \/C calc'!A0,"O""Neil, jr",,[^,]+,"'@Work, safely",'\+49 1,COURSE,2,0.1,0.3,33.333333333333336,50,false,,2026-10-04T01:02:03.004Z,/,
    );
    expect(end).toBe("");
  });

  test("contains each result once and is read page by page, also if it is large", async () => {
    const { body } = await get({ organizationId: filled.organizationId }, withKey());
    const lines = body.split("\r\n").slice(1, -1);
    expect(new Set(lines.map((line) => line.split(",")[0])).size).toBe(SIZE);
    expect(lines).toHaveLength(SIZE);
    expect(reads.pages).toBe(SIZE / PAGE);
  });

  test("takes the filters of the list, by the same names", async () => {
    const day = new Date(FIRST_COMPLETION).toISOString().slice(0, 10);
    const count = async (query: Record<string, string | string[]>) =>
      (await get({ organizationId: filled.organizationId, ...query }, withKey())).body.split("\r\n").length - 2;
    expect(await count({ from: day, to: day })).toBe(24 * 60);
    expect(await count({ userIds: [filled.person(1), filled.person(2)] })).toBe((2 * SIZE) / PEOPLE);
    // A form also sends empty fields. They are not filters.
    expect(await count({ userIds: "", courseIds: "", from: "", passed: "" })).toBe(SIZE);
    expect(await count({ userIds: ["", filled.person(1)] })).toBe(SIZE / PEOPLE);
    expect(await count({ passed: "false" })).toBe(25);
    // Each person has a result every 400 minutes. Three of the five people have a fourth one on that day.
    expect(await count({ groupIds: filled.smallGroup, to: day })).toBe(18);
    expect(await count({ courseIds: filled.course(COURSES) })).toBe(25);
    expect(await count({ answers: filled.answers.few, passed: "false" })).toBe(0);
  });

  test("begins with a byte order mark if the caller asks for one", async () => {
    const query = { organizationId: filled.organizationId, passed: "false" };
    expect((await get({ ...query, bom: "true" }, withKey())).body.startsWith(`${BYTE_ORDER_MARK}id,`)).toBe(true);
    expect((await get(query, withKey())).body.startsWith("id,")).toBe(true);
    const head = await get(query, withKey(), "HEAD");
    expect([head.status, head.body]).toEqual([200, ""]);
  });
});

describe("access to the file", () => {
  const codeOf = ({ status, body, headers }: Awaited<ReturnType<typeof get>>) => {
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    return [status, JSON.parse(body).error.code];
  };

  test("needs a key or a session, and both permissions", async () => {
    const organizationId = filled.organizationId;
    expect(codeOf(await get({ organizationId }))).toEqual([401, "UNAUTHENTICATED"]);
    // A browser that opens the URL gets JSON, too.
    expect(codeOf(await get({ organizationId }, { accept: "text/html" }))).toEqual([401, "UNAUTHENTICATED"]);
    expect(codeOf(await get({ organizationId }, { authorization: "Bearer nonsense" }))[0]).toBe(401);
    expect(codeOf(await get({ organizationId: acme }, withKey()))).toEqual([404, "NOT_FOUND"]);
    for (const scope of ["TRAINING_READ", "USERS_READ"] as const) {
      const made = await createApiKey(house.store, OPERATOR, { organizationId, name: scope, scopes: [scope] });
      expect(codeOf(await get({ organizationId }, { authorization: `Bearer ${made.key}` }))).toEqual([
        403,
        "FORBIDDEN",
      ]);
    }
  });

  test("gives a person without permissions their own results", async () => {
    const cookie = await signIn(ann, acme);
    const own = await get({ organizationId: acme }, { cookie, "sec-fetch-site": "same-origin" });
    expect(own.body.split("\r\n")).toHaveLength(3);
    expect(own.body).toContain("\r\nr1,");
  });

  test("refuses requests that a page of a different site makes a browser send", async () => {
    const cookie = await signIn(ann, acme);
    const ask = (headers: Record<string, string>) => get({ organizationId: acme }, { cookie, ...headers });
    const foreign: Record<string, string>[] = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
      { "sec-fetch-site": "nonsense" },
      {},
    ];
    for (const headers of foreign) expect(codeOf(await ask(headers))).toEqual([400, "BAD_REQUEST"]);
    const own: Record<string, string>[] = [
      { "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "same-site", origin: "https://app.example.com" },
      { "sec-fetch-site": "none" },
      { "apollo-require-preflight": "true" },
    ];
    for (const headers of own) expect((await ask(headers)).status).toBe(200);
    const allowed = await ask({ "sec-fetch-site": "same-site", origin: "https://app.example.com" });
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    const other = await ask({ "sec-fetch-site": "same-site", origin: "https://evil.example.com" });
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("lists every mistake of a request before the first line, also a misspelt filter", async () => {
    const wrong = { groupId: "x", from: "yesterday", passed: "no", bom: ["true", "false"], to: "2026-02-30" };
    const answer = await get(wrong as Record<string, string | string[]>, withKey());
    expect(codeOf(answer)).toEqual([400, "INVALID_INPUT"]);
    const fields = JSON.parse(answer.body).error.details.fields.map(
      ({ path, code }: { path: string; code: string }) => [path, code],
    );
    expect(fields).toEqual([
      ["groupId", "UNKNOWN"],
      ["organizationId", "REQUIRED"],
      ["from", "INVALID"],
      ["to", "INVALID"],
      ["passed", "INVALID"],
      ["bom", "INVALID"],
    ]);
    const range = { organizationId: filled.organizationId, from: "2026-10-04", to: "2026-10-03" };
    expect(JSON.parse((await get(range, withKey())).body).error.details.fields).toMatchObject([{ path: "to" }]);
    const unknown = { organizationId: filled.organizationId, answers: "nothing" };
    expect(JSON.parse((await get(unknown, withKey())).body).error.details.fields).toMatchObject([{ path: "answers" }]);
    reads.failAt = 0;
    const failed = await get({ organizationId: filled.organizationId }, withKey());
    expect(codeOf(failed)).toEqual([500, "INTERNAL"]);
    expect(failed.body).not.toContain("disk");
  });
});

describe("an export that fails midway", () => {
  /** Asks for all results, and returns the response before its body is read. */
  async function begin(): Promise<IncomingMessage> {
    const asking = send(`${url}?organizationId=${filled.organizationId}`, { headers: withKey() });
    asking.end();
    const [answer] = (await once(asking, "response")) as [IncomingMessage];
    return answer;
  }

  test("breaks the connection if a page cannot be read", async () => {
    reads.failAt = 5;
    await expect(get({ organizationId: filled.organizationId }, withKey())).rejects.toThrow(/terminated/);
    expect(defects).toEqual([expect.objectContaining({ message: "The disk is gone." })]);
  });

  test("breaks the connection if the key is revoked meanwhile", async () => {
    const answer = await begin();
    await revokeApiKey(house.store, OPERATOR, keyId);
    await expect(
      (async () => {
        for await (const piece of answer) void piece;
      })(),
    ).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(defects).toEqual([expect.objectContaining({ code: "UNAUTHENTICATED" })]);
    ({ key } = await createApiKey(house.store, OPERATOR, {
      organizationId: filled.organizationId,
      name: "Export",
      scopes: ["TRAINING_READ", "USERS_READ"],
    }));
  });

  test("reads only as fast as the client, and stops when the client is gone", async () => {
    const answer = await begin();
    const settle = async () => {
      for (let before = -1; before !== reads.pages;) {
        before = reads.pages;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      return reads.pages;
    };
    // The server wrote only what fits into the buffers of the connection.
    const waiting = await settle();
    expect(waiting).toBeLessThan(SIZE / PAGE);
    answer.destroy();
    expect(await settle()).toBeLessThanOrEqual(waiting + 2);
    expect(defects).toEqual([]);
    expect((await get({ organizationId: filled.organizationId, passed: "false" }, withKey())).status).toBe(200);
  });
});
