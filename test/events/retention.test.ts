/** The retention of events: older events are deleted from the beginning of the log. */
import { expect, test } from "@jest/globals";
import { sweepEvents } from "../../src/events/retention.js";
import { keyOf, makeOrganization, makeUser, useHouse, OPERATOR } from "../support/house.js";

const house = useHouse();

const SET = `mutation ($org: ID!, $days: Int) {
  setEventRetention(input: { organizationId: $org, days: $days }) { days } }`;
const READ = `query ($org: ID!) { eventRetention(organizationId: $org)
  events(organizationId: $org) { nodes { sequence } } }`;

test("events that are older than the organization keeps them are deleted, without gaps, and no others", async () => {
  const [strict, keeping] = [(await makeOrganization(house)).id, (await makeOrganization(house)).id];
  for (const organizationId of [strict, keeping]) {
    await makeUser(house, organizationId, { email: `old@${organizationId}.example` });
    await makeUser(house, organizationId, { email: `older@${organizationId}.example` });
  }
  const administrator = keyOf(strict, "ORGANIZATION_WRITE", "EVENTS_READ", "AUDIT_READ");
  expect(await house.ask(administrator, SET, { org: strict, days: 30 })).toEqual({
    data: { setEventRetention: { days: 30 } },
    codes: [],
    details: [],
  });
  house.clock.now = new Date(house.clock.now.getTime() + 31 * 86_400_000);
  await makeUser(house, strict, { email: `new@${strict}.example` });
  await house.inUnit(sweepEvents);
  const read = async (org: string) => {
    const { data } = await house.ask(OPERATOR, READ, { org });
    return [data.eventRetention, data.events.nodes.map(({ sequence }: { sequence: number }) => sequence)];
  };
  expect(await read(strict)).toEqual([30, [3]]);
  expect(await read(keeping)).toEqual([null, [1, 2]]);
  const { data } = await house.ask(
    administrator,
    `query ($org: ID!) { auditLog(organizationId: $org,
    filter: { actions: ["organization.event_retention_changed"] }) { nodes { before after } } }`,
    { org: strict },
  );
  expect(data.auditLog.nodes).toEqual([{ before: { days: null }, after: { days: 30 } }]);
});

test("only the organization's own administrators set the retention, from 30 to 3650 days", async () => {
  const { id } = await makeOrganization(house);
  const other = (await makeOrganization(house)).id;
  const codes = async (caller: typeof OPERATOR, days: number | null) =>
    (await house.ask(caller, SET, { org: id, days })).codes;
  expect(await codes(keyOf(other, "ORGANIZATION_WRITE"), 30)).toEqual(["NOT_FOUND"]);
  expect(await codes(keyOf(id, "EVENTS_READ"), 30)).toEqual(["FORBIDDEN"]);
  for (const days of [29, 3651]) expect(await codes(OPERATOR, days)).toEqual(["INVALID_INPUT"]);
  expect((await house.ask(OPERATOR, READ, { org: id })).data.eventRetention).toBeNull();
});
