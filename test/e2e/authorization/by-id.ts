/** Two organizations with a person who belongs to both, and one of everything that has an id. */
import { createTenant } from "../../support/tenant.js";
import { signIn, type House, type Caller } from "./callers.js";
import * as things from "./things.js";
import type { Ids } from "./ways.js";

export interface World {
  readonly ids: Ids;
  readonly organizationIds: readonly [string, string];
  /** For each caller, the test compares the answers from all ways. */
  readonly callers: readonly Caller[];
}

/** Creates new organizations, so that their lists are short. */
export async function makeWorld(found: House): Promise<World> {
  const { usher, provider } = found;
  const home = await createTenant(usher, provider);
  const other = await createTenant(usher, provider);
  const house: House = { ...found, home, other };
  const { organizationId } = home;
  const send = async (mutation: string, input: object) => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    await usher.ask(`mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`, { input });
  };
  const administrator = await signIn(usher, provider, home, "an administrator of everything", "ADMIN");
  const me = (await house.send(administrator, "{ viewer { user { id email } } }", {})).data.viewer.user;

  // A user of home who is a guest of the other organization, with different roles, groups, answers and courses there.
  const { userId, courseId } = await things.makeEverything(house);
  await send("addMember", { organizationId: other.organizationId, userId, roleKeys: ["MANAGER"] });
  await things.giveEverything({ ...house, home: other }, userId);
  // A guest of home. Home sees only some fields of this account.
  const guestId = await things.makeMember(house);
  await things.giveEverything(house, guestId);
  await send("setOwner", { organizationId, userId: me.id });
  await send("updateUser", { id: userId, profile: { managerEmail: me.email } });

  await things.makeIdentity(house);
  await things.makeLinkRequest(house);
  await things.makeDomain(house);
  await things.makeApiKey(house);
  // The administrators get a mail about this account.
  await things.makePendingUser(house);
  await things.makeUserWithFactor(house);
  await things.makeInvitation(house);
  const groupId = await things.makeGroup(house);
  await send("setGroupManagers", { groupId, userIds: [me.id, userId] });
  await send("addUsersToGroup", { groupId, userIds: [userId, guestId, me.id] });
  const moduleId = await things.makeCourse(house, "MODULE");
  await send("setModuleCourses", { moduleId, courseIds: [courseId] });
  // A course of the catalogue, so that both organizations can read it.
  const { createCourse } = await usher.ask(
    `mutation ($title: String!) { createCourse(input: { title: $title }) { course { id } } }`,
    { title: house.word() },
  );
  const sharedId: string = createCourse.course.id;
  await send("assignCoursesToGroup", { groupId, courseIds: [moduleId, courseId, sharedId] });
  const groupElsewhere = await things.makeGroup({ ...house, home: other });
  await send("assignCoursesToGroup", { groupId: groupElsewhere, courseIds: [sharedId] });
  await send("updateOrganization", { id: organizationId, policies: { seatModel: "TRAINING_START" }, totalSeats: 9 });
  for (const each of [userId, guestId, me.id]) await send("startTraining", { organizationId, userId: each, courseId });
  const { recordResult } = await usher.ask(
    `mutation ($input: RecordResultInput!) { recordResult(input: $input) { result { id } } }`,
    { input: { organizationId, userId, courseId, score: 5, maximum: 10 } },
  );
  await send("correctResult", { id: recordResult.result.id, score: 6, reason: "A mistake" });
  await send("recordResult", { organizationId, userId: guestId, courseId });
  const rule = { claim: "groups", operator: "EQUALS", value: "x" };
  const { connectionId } = home;
  await send("setAttributeMappings", { connectionId, mappings: [{ claim: "dept", field: "department" }] });
  await send("setRoleMappings", { connectionId, mappings: [{ ...rule, roleKey: "USER" }] });
  await send("setGroupMappings", { connectionId, mappings: [{ ...rule, groupId }] });
  const redeliveryId = await things.makeRedelivery(house);
  const endpointId = await things.makeEndpoint(house);
  const directoryId = await things.makeDirectory(house);
  await things.makeProvisioningRequest(house, directoryId);
  const { reference } = await things.makeSignIn(house);
  return {
    organizationIds: [organizationId, other.organizationId],
    ids: {
      organizationId,
      Organization: organizationId,
      User: userId,
      Group: groupId,
      groupId,
      Course: moduleId,
      courseId: sharedId,
      SsoConnection: connectionId,
      connectionId,
      reference,
      ProvisioningDirectory: directoryId,
      directoryId,
      WebhookEndpoint: endpointId,
      endpointId,
      userId: me.id,
      WebhookRedelivery: redeliveryId,
    },
    callers: [administrator, found.operator, { name: "a key", headers: { authorization: `Bearer ${home.key}` } }],
  };
}
