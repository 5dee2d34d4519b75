/**
 * The audit log as a CSV file. `results-export.test.ts` tests what all files share: the route, the speed, and clients that
 * disconnect.
 */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import { recordAudit } from "../../../src/audit/record-audit.js";
import { exportAuditLog } from "../../../src/people/organization/export-audit-log.js";
import { updateUser } from "../../../src/people/user/user.operations.js";
import { codeOf, keyOf, makeOrganization, makeUser, OPERATOR, personIn, useHouse } from "../../support/house.js";

const house = useHouse();
let acme: string;
let slug: string;
let other: string;
let userId: string;

beforeAll(async () => {
  ({ id: acme, slug } = await makeOrganization(house));
  other = (await makeOrganization(house)).id;
  userId = (await makeUser(house, acme)).id;
  house.clock.now = new Date(house.clock.now.getTime() + 60_000);
  const firstName = '=HYPERLINK("http://evil.example")';
  await updateUser(house.store, personIn(acme, "admin-1"), { id: userId, firstName });
});

const begin = (caller: Caller | (() => Promise<Caller>), parameters: Record<string, unknown>) =>
  exportAuditLog(house.store, typeof caller === "function" ? caller : async () => caller, parameters, house.clock.now);
/** The lines of a file after its head. */
async function read(parameters: Record<string, unknown>, caller: Caller = keyOf(acme, "AUDIT_READ")) {
  let text = "";
  for await (const piece of (await begin(caller, parameters)).pieces) text += piece;
  return text.split("\r\n").slice(1, -1);
}
const actionsOf = (lines: readonly string[]) => lines.map((line) => line.split(",")[2]);

describe("the file", () => {
  test("has a line for each entry, the newest first, and records that it was made", async () => {
    const { fileName, pieces } = await begin(personIn(acme, "admin-1", ["AUDIT_READ"]), { bom: "true" });
    expect(fileName).toBe(`audit-log-${slug}-2026-11-23.csv`);
    const { value } = await pieces.next();
    const [head, updated, created] = (value as string).split("\r\n");
    expect(head).toBe("\uFEFFid,occurredAt,action,cause,actor,subjectType,subjectId,before,after");
    expect(updated).toMatch(
      /^[^,]+,2026-11-23T09:01:00.000Z,user.updated,ADMINISTRATOR,admin-1,user,[^,]+,"\{.*""firstName"":""Ada"".*","\{.*""firstName"":""=HYPERLINK/,
    );
    expect(actionsOf([created!])).toEqual(["user.created"]);
    const [exported] = await read({ actions: "audit_log.exported" });
    expect(exported).toContain(`,audit_log.exported,ADMINISTRATOR,admin-1,organization,${acme},,`);
  });

  test("takes the filters of the list, by the same names", async () => {
    const filtered = async (filter: Record<string, unknown>) =>
      actionsOf(await read({ organizationId: acme, ...filter }));
    expect(await filtered({ actions: ["user.updated", "organization.created"] })).toEqual([
      "user.updated",
      "organization.created",
    ]);
    expect(await filtered({ actor: "admin-1", subjectType: "user" })).toEqual(["user.updated"]);
    expect(await filtered({ subjectId: userId })).toEqual(["user.updated", "user.created"]);
    expect(await filtered({ from: "2026-11-23T10:01:00+01:00", subjectType: "user" })).toEqual(["user.updated"]);
    expect(await filtered({ to: "2026-11-23T09:01:00Z" })).toEqual(["user.created", "organization.created"]);
  });

  test("neutralises text that a spreadsheet would run as a formula", async () => {
    await house.store.begin(OPERATOR, { kind: "IMPORT", actor: "=1+1" }, (unit) =>
      recordAudit(unit, { organizationId: acme, action: "@SUM(A1)", subject: { type: "-1", id: "+1" } }),
    );
    const [line] = await read({ actor: "=1+1" });
    expect(line).toContain(",'@SUM(A1),IMPORT,'=1+1,'-1,'+1,,");
  });

  test("has one page in memory, and ends when the caller loses the permission", async () => {
    await house.inUnit(async (unit) => {
      for (let entry = 0; entry < 450; entry += 1)
        await recordAudit(unit, {
          organizationId: acme,
          action: "test.many",
          subject: { type: "test", id: `${entry}` },
        });
    });
    const lines = await read({ actions: "test.many" });
    expect(new Set(lines.map((line) => line.split(",")[6])).size).toBe(450);
    expect(lines).toHaveLength(450);
    let caller: Caller = keyOf(acme, "AUDIT_READ");
    const { pieces } = await begin(async () => caller, { actions: "test.many" });
    const first = (await pieces.next()).value as string;
    expect(first.split("\r\n")).toHaveLength(202);
    caller = keyOf(acme, "USERS_READ");
    expect(await codeOf(pieces.next())).toBe("FORBIDDEN");
  });
});

test("callers of another organization and callers without AUDIT_READ get no file, and no entry", async () => {
  const exportsOf = async () => (await read({ actions: "audit_log.exported" })).length;
  const before = await exportsOf();
  for (const [caller, code] of [
    [ANONYMOUS, "UNAUTHENTICATED"],
    [keyOf(acme, "ORGANIZATION_WRITE", "EVENTS_READ"), "FORBIDDEN"],
    [keyOf(other, "AUDIT_READ"), "NOT_FOUND"],
    [personIn(other, "admin-2"), "NOT_FOUND"],
  ] as const)
    expect(await codeOf(begin(caller, { organizationId: acme }))).toBe(code);
  // Reading the entries is an export, which adds one entry.
  expect(await exportsOf()).toBe(before + 1);
  expect(actionsOf(await read({}, keyOf(other, "AUDIT_READ")))).toEqual(["organization.created"]);
  expect(await codeOf(begin(OPERATOR, { organizationId: "unknown" }))).toBe("NOT_FOUND");
  const ofInstallation = actionsOf(await read({}, OPERATOR));
  expect(ofInstallation).not.toContain("user.updated");
  expect(actionsOf(await read({}, OPERATOR))).toEqual(["audit_log.exported", ...ofInstallation]);
});

test.each([
  [{ action: "user.updated" }, "action"],
  [{ from: "2026-11-23" }, "from"],
  [{ to: "2026-11-23T09:00" }, "to"],
  [{ bom: "yes" }, "bom"],
  [{ actor: ["a", "b"] }, "actor"],
])("refuses %j and names the parameter", async (parameters, path) => {
  const failing = begin(keyOf(acme, "AUDIT_READ"), parameters);
  await expect(failing).rejects.toMatchObject({ code: "INVALID_INPUT", details: { fields: [{ path }] } });
});
