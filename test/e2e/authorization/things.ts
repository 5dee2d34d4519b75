/** Creates the objects that requests name, in the home organization, as the operator. */
import { createBrowser } from "../../../testing/browser.js";
import { addApp } from "../../support/second-factor.js";
import { makePerson } from "../../support/tenant.js";
import type { House } from "./callers.js";

export async function makeUser({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { createUser } = await usher.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    { input: { organizationId, email: `${word()}@acme.test`, firstName: "A", lastName: "B" } },
  );
  return createUser.user.id;
}

/** An account that signs in by password. */
export async function makeLocalUser({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { createUser } = await usher.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    { input: { organizationId, email: `${word()}@acme.test`, firstName: "A", lastName: "B", authMethod: "PASSWORD" } },
  );
  return createUser.user.id;
}

/** An invited account. */
export async function makeInvitation({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { inviteUser } = await usher.ask(
    `mutation ($input: InviteUserInput!) { inviteUser(input: $input) { invitation { id } } }`,
    { input: { organizationId, email: `${word()}@acme.test` } },
  );
  return inviteUser.invitation.id;
}

export async function makeGroup({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { createGroup } = await usher.ask(
    `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }`,
    { input: { organizationId, name: word() } },
  );
  return createGroup.group.id;
}

export async function makeCourse(
  { usher, home: { organizationId }, word }: House,
  kind: "COURSE" | "MODULE" = "COURSE",
): Promise<string> {
  const { createCourse } = await usher.ask(
    `mutation ($input: CreateCourseInput!) { createCourse(input: $input) { course { id } } }`,
    { input: { organizationId, title: word(), kind } },
  );
  return createCourse.course.id;
}

export async function makeArchivedCourse(house: House): Promise<string> {
  const id = await makeCourse(house);
  await house.usher.ask(`mutation ($id: ID!) { archiveCourse(id: $id) { course { id } } }`, { id });
  return id;
}

/** The input to start a course or to record its result. */
export async function makeTraining(house: House) {
  const { organizationId } = house.home;
  return { organizationId, userId: await makeUser(house), courseId: await makeCourse(house) };
}

export async function makeResult(house: House): Promise<string> {
  const { recordResult } = await house.usher.ask(
    `mutation ($input: RecordResultInput!) { recordResult(input: $input) { result { id } } }`,
    { input: await makeTraining(house) },
  );
  return recordResult.result.id;
}

/** A course that a user has not done yet. */
export async function makeOpenTraining(house: House): Promise<string> {
  const { groupId, courseIds } = await makeAssignment(house);
  const userIds = [await makeUser(house)];
  await house.usher.ask(
    `mutation ($input: AddUsersToGroupInput!) { addUsersToGroup(input: $input) { group { id } } }`,
    { input: { groupId, userIds } },
  );
  return courseIds[0]!;
}

/** A course that is assigned to a group. */
export async function makeAssignment(house: House) {
  const input = { groupId: await makeGroup(house), courseIds: [await makeCourse(house)] };
  await house.usher.ask(
    `mutation ($input: AssignCoursesToGroupInput!) { assignCoursesToGroup(input: $input) { group { id } } }`,
    { input },
  );
  return input;
}

export async function makeFilter({ usher, home: { organizationId }, word }: House) {
  const { createFilter } = await usher.ask(
    `mutation ($input: CreateFilterInput!) { createFilter(input: $input) { filter { id answers { id } } } }`,
    { input: { organizationId, question: word(), answers: ["Yes", "No"] } },
  );
  return { id: createFilter.filter.id as string, answerId: createFilter.filter.answers[0].id as string };
}

export async function makeRole({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { createRole } = await usher.ask(
    `mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }`,
    { input: { organizationId, key: word().toUpperCase(), name: "Role", rank: 5, permissions: [] } },
  );
  return createRole.role.id;
}

export async function makeApiKey({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { createApiKey } = await usher.ask(
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }`,
    { input: { organizationId, name: word(), scopes: ["USERS_READ"] } },
  );
  return createApiKey.apiKey.id;
}

export async function makeDirectory({ usher, home: { organizationId, connectionId }, word }: House): Promise<string> {
  const { createProvisioningDirectory } = await usher.ask(
    `mutation ($input: CreateProvisioningDirectoryInput!) { createProvisioningDirectory(input: $input) { directory { id } } }`,
    { input: { organizationId, connectionId, name: word() } },
  );
  return createProvisioningDirectory.directory.id;
}

/** Lets a provider create a group through a directory, and waits until the background has written the directory's last activity. */
export async function makeProvisioningRequest({ usher, word }: House, directoryId: string): Promise<void> {
  const { rotateProvisioningToken } = await usher.ask(
    "mutation ($id: ID!) { rotateProvisioningToken(id: $id) { token directory { baseUrl } } }",
    { id: directoryId },
  );
  const { status } = await fetch(`${rotateProvisioningToken.directory.baseUrl}/Groups`, {
    method: "POST",
    headers: { authorization: `Bearer ${rotateProvisioningToken.token}` },
    body: JSON.stringify({ displayName: word() }),
  });
  if (status !== 201) throw new Error(`The group was not created: ${status}.`);
  const readLastWrite = async () =>
    (await usher.ask("query ($id: ID!) { provisioningDirectory(id: $id) { lastWriteAt } }", { id: directoryId }))
      .provisioningDirectory.lastWriteAt;
  while ((await readLastWrite()) === null) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** A draft, or an active connection. */
export async function makeConnection(house: House, isActive = false, further: object = {}): Promise<string> {
  const { usher, home: tenant, provider, word } = house;
  const { createConnection } = await usher.ask(
    `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id } } }`,
    {
      input: {
        organizationId: tenant.organizationId,
        displayName: word(),
        settings: {
          oidc: {
            discoveryUrl: provider.url,
            clientId: provider.clientId,
            clientSecret: provider.clientSecret,
            ...further,
          },
        },
      },
    },
  );
  const { id } = createConnection.connection;
  if (isActive) await usher.ask(`mutation ($id: ID!) { activateConnection(id: $id) { connection { id } } }`, { id });
  return id;
}

/** A draft that uses the operator's app. */
export async function makeConsentingConnection({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { createConnection } = await usher.ask(
    `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id } } }`,
    { input: { organizationId, displayName: word(), settings: { entraId: { operatorApp: true } } } },
  );
  return createConnection.connection.id;
}

/** A sign-in of a new person through the home organization's connection. @returns its reference and the connection's id */
export async function makeSignIn({ home: tenant, word }: House): Promise<{ id: string; reference: string }> {
  await tenant.signIn(createBrowser(), makePerson(word()));
  return { id: tenant.connectionId, reference: (await tenant.attempts())[0]!.reference };
}

/** A user who is signed in, and their session. */
export async function makeSession({ home: tenant, usher, word }: House): Promise<{ id: string; userId: string }> {
  const browser = createBrowser();
  await tenant.signIn(browser, makePerson(word()));
  const body = {
    type: "application/json",
    text: JSON.stringify({ query: "{ viewer { user { id } session { id } } }" }),
  };
  const { viewer } = JSON.parse((await browser.send("POST", `${usher.url}/graphql`, body)).text).data;
  return { id: viewer.session.id, userId: viewer.user.id };
}

/** An account whose status is not ACTIVE. */
export async function makeInactiveUser(house: House, mutation: "disableUser" | "archiveUser"): Promise<string> {
  const id = await makeUser(house);
  await house.usher.ask(`mutation ($id: ID!) { ${mutation}(id: $id) { user { id } } }`, { id });
  return id;
}

/** An account from a sign-in, waiting for approval. */
export async function makePendingUser(house: House): Promise<string> {
  const { home: tenant, provider, usher, word } = house;
  const person = makePerson(word());
  await tenant.updateConnection({ policies: { jitActivation: "PENDING_APPROVAL" } });
  provider.forget();
  await tenant.signIn(createBrowser(), person);
  await tenant.updateConnection({ policies: { jitActivation: "ACTIVE" } });
  const { users } = await usher.ask(
    `query ($id: ID!, $search: String!) { users(organizationId: $id, filter: { search: $search }) { nodes { id status } } }`,
    { id: tenant.organizationId, search: (person.claims as { readonly email: string }).email },
  );
  return users.nodes[0].id;
}

/** An account whose home is a different organization, by default `other`. */
export async function makeForeigner(
  { usher, other, word }: House,
  organizationId = other.organizationId,
): Promise<string> {
  const { createUser } = await usher.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    {
      input: { organizationId, email: `${word()}@other.test`, firstName: "A", lastName: "B" },
    },
  );
  return createUser.user.id;
}

/** A member of the home organization whose home is a third one. */
export async function makeMember(house: House): Promise<string> {
  const userId = await makeForeigner(house, (await makeOrganization(house)).id);
  await house.usher.ask(`mutation ($input: AddMemberInput!) { addMember(input: $input) { member { id } } }`, {
    input: { organizationId: house.home.organizationId, userId },
  });
  return userId;
}

export async function makeDomain({ usher, home: { organizationId }, txt, word }: House): Promise<string> {
  const { addDomain } = await usher.ask(
    `mutation ($input: AddDomainInput!) { addDomain(input: $input) { domain { id txtRecord { name value } } } }`,
    { input: { organizationId, domain: `${word()}.example` } },
  );
  const { id, txtRecord } = addDomain.domain;
  txt.set(txtRecord.name, txtRecord.value);
  return id;
}

export async function makeEndpoint({ usher, home: { organizationId }, receiver }: House): Promise<string> {
  const { createWebhookEndpoint } = await usher.ask(
    `mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { endpoint { id } } }`,
    { input: { organizationId, url: receiver.url } },
  );
  return createWebhookEndpoint.endpoint.id;
}

export async function makeDisabledEndpoint(house: House): Promise<string> {
  const id = await makeEndpoint(house);
  await house.usher.ask(`mutation ($id: ID!) { disableWebhookEndpoint(id: $id) { endpoint { id } } }`, { id });
  return id;
}

export async function makeRedelivery(house: House): Promise<string> {
  const endpointId = await makeEndpoint(house);
  const { redeliver } = await house.usher.ask(
    `mutation ($input: RedeliverInput!) { redeliver(input: $input) { redelivery { id } } }`,
    { input: { endpointId, sinceSequence: 1 } },
  );
  return redeliver.redelivery.id;
}

/** An organization that no other test uses. */
export async function makeOrganization({
  usher,
  word,
}: House): Promise<{ readonly id: string; readonly slug: string }> {
  const { createOrganization } = await usher.ask(
    `mutation ($slug: String!) { createOrganization(input: { name: "A", slug: $slug }) { organization { id slug } } }`,
    { slug: word() },
  );
  return createOrganization.organization;
}

export async function makeAdministrator({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { createUser } = await usher.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    {
      input: { organizationId, email: `${word()}@acme.test`, firstName: "A", lastName: "B", roleKeys: ["ADMIN"] },
    },
  );
  return createUser.user.id;
}

/** Creates an account with a password. Signs its person in through the home connection under a linking policy. */
async function signInToAccount(house: House, accountLinking: "MERGE_BY_EMAIL" | "ADMIN_LINK"): Promise<string> {
  const { home: tenant, provider, usher, word } = house;
  const person = makePerson(word());
  const { email } = person.claims as { readonly email: string };
  const { createUser } = await usher.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    {
      input: { organizationId: tenant.organizationId, email, firstName: "A", lastName: "B", authMethod: "PASSWORD" },
    },
  );
  await setLinking(house, accountLinking);
  provider.forget();
  await tenant.signIn(createBrowser(), person);
  await setLinking(house, "NONE");
  return createUser.user.id;
}

async function setLinking({ home: tenant }: House, accountLinking: string): Promise<void> {
  const { accountLinkingEffect } = await tenant.ask(
    `query ($id: ID!, $accountLinking: AccountLinking!) {
       accountLinkingEffect(connectionId: $id, accountLinking: $accountLinking) { affectedUsers } }`,
    { id: tenant.connectionId, accountLinking },
  );
  await tenant.updateConnection({
    policies: { accountLinking },
    confirmAffectedUsers: accountLinkingEffect.affectedUsers,
  });
}

/** A link from a merge. */
export async function makeMergedIdentity(house: House): Promise<string> {
  const id = await signInToAccount(house, "MERGE_BY_EMAIL");
  // Merged links are shown only while the connection merges.
  await setLinking(house, "MERGE_BY_EMAIL");
  const { user } = await house.usher.ask(`query ($id: ID!) { user(id: $id) { identities { id } } }`, { id });
  await setLinking(house, "NONE");
  return user.identities[0].id;
}

/** A request to link a person to an account. */
export async function makeLinkRequest(house: House): Promise<string> {
  await signInToAccount(house, "ADMIN_LINK");
  const { linkRequests } = await house.usher.ask(
    `query ($id: ID!) { linkRequests(organizationId: $id, first: 1) { nodes { id } } }`,
    { id: house.home.organizationId },
  );
  return linkRequests.nodes[0].id;
}

/** A person's own link through the home connection. */
export async function makeIdentity(house: House): Promise<string> {
  const { home: tenant, provider, usher, word } = house;
  const person = makePerson(word());
  provider.forget();
  await tenant.signIn(createBrowser(), person);
  const { users } = await usher.ask(
    `query ($id: ID!, $search: String!) {
       users(organizationId: $id, filter: { search: $search }) { nodes { identities { id } } } }`,
    { id: tenant.organizationId, search: (person.claims as { readonly email: string }).email },
  );
  return users.nodes[0].identities[0].id;
}

/** A user with a group, a course, an answer and a role of the organization. */
export async function makeEverything(house: House): Promise<{ readonly userId: string; readonly courseId: string }> {
  const userId = await makeUser(house);
  return { userId, courseId: await giveEverything(house, userId) };
}

/** Gives a member a group with a course, which they also manage, and an answer. @returns the course's id */
export async function giveEverything(house: House, userId: string): Promise<string> {
  const { usher, home } = house;
  const { organizationId } = home;
  const send = async (mutation: string, type: string, input: object) =>
    await usher.ask(`mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`, { input });
  const { groupId, courseIds } = await makeAssignment(house);
  await send("addUsersToGroup", "AddUsersToGroupInput", { groupId, userIds: [userId] });
  await send("setGroupManagers", "SetGroupManagersInput", { groupId, userIds: [userId] });
  const { id: filterId, answerId } = await makeFilter(house);
  await send("setUserAnswers", "SetUserAnswersInput", { organizationId, userId, answers: [{ filterId, answerId }] });
  return courseIds[0]!;
}

/** An invited operator. */
export async function makeOperator({ usher, word }: House): Promise<string> {
  const { inviteOperator } = await usher.ask(
    `mutation ($input: InviteOperatorInput!) { inviteOperator(input: $input) { operator { id } } }`,
    { input: { email: `${word()}@usher.test`, fullName: "Another operator" } },
  );
  return inviteOperator.operator.id;
}

/** Adds an authenticator app to an account of the home organization, as the person does at a sign-in that asks for one. */
export async function addSecondFactor({ usher, home }: House, login: string, password: string): Promise<void> {
  const setPolicy = (secondFactor: string) =>
    usher.ask(
      `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }`,
      {
        input: { id: home.organizationId, policies: { secondFactor } },
      },
    );
  await setPolicy("REQUIRED");
  const browser = createBrowser();
  await browser.get(`${usher.url}/o/${home.slug}/password`);
  await addApp(browser, await browser.submitForm(0, { login, password }), new Date());
  await setPolicy("OPTIONAL");
}

/** Creates an account with a password and a second factor. */
export async function makeUserWithFactor(house: House): Promise<void> {
  const input = { userId: await makeLocalUser(house), password: "violet otter on a bicycle" };
  const { setPassword } = await house.usher.ask(
    `mutation ($input: SetPasswordInput!) { setPassword(input: $input) { user { email } } }`,
    { input },
  );
  await addSecondFactor(house, setPassword.user.email, input.password);
}
