/**
 * Tests a directory without its provider: makes, reads, changes and deletes a user and a group through the operations of SCIM, in
 * one unit of work that is rolled back. So nothing of it remains, and no webhook, mail or seat comes of it.
 */
import { randomBytes } from "node:crypto";
import { scopeFor, SYSTEM, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { findResource } from "../../provisioning/directory/resource/resource.repository.js";
import { findDirectory } from "../../provisioning/directory/stored/directory.repository.js";
import type { Directory } from "../../provisioning/directory/stored/directory.js";
import type { Endpoint } from "../routes/endpoint.js";
import { readSelection } from "../resource/select-attributes.js";
import { createGroupEndpoint } from "../routes/groups.js";
import { createUserEndpoint } from "../routes/users.js";
import type { ScimServices } from "../services.js";

export const TEST_STEPS = {
  CREATE_USER: "Create a user",
  READ_USER: "Read the user",
  CREATE_GROUP: "Create a group with the user",
  READ_GROUP: "Read the group with its member",
  PATCH_GROUP: "Remove the user from the group",
  DELETE_GROUP: "Delete the group",
  PATCH_USER: "Deactivate the user",
  DELETE_USER: "Delete the user",
} as const;
export type TestStepName = keyof typeof TEST_STEPS;

/** What became of one step. */
export interface TestStep {
  readonly step: TestStepName;
  readonly outcome: "PASSED" | "FAILED" | "SKIPPED";
  /** A sentence for administrators. */
  readonly message: string;
  /** The code of the failure; `null` if there was none. */
  readonly code: string | null;
}

export type SelfTestServices = Pick<ScimServices, "store" | "deletion" | "publicUrl">;

/** Carries the outcome out of the unit of work, which its error rolls back. */
class RolledBack extends Error {
  constructor(readonly steps: readonly TestStep[]) {
    super("The test of a provisioning directory was rolled back.");
  }
}

/** @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND */
export async function testDirectory(
  services: SelfTestServices,
  caller: Caller,
  id: string,
): Promise<readonly TestStep[]> {
  const { store } = services;
  const directory = await findDirectory(store.reader, scopeFor(caller, "CONNECTIONS_WRITE"), id);
  if (directory === null) throw new Failure(NOT_FOUND, { type: "provisioning directory" });
  try {
    return await store.begin(SYSTEM, { kind: "SCIM", actor: id }, async (unit) => {
      // The operations open their units of work in this one.
      const inner: Store = {
        reader: unit,
        begin: async (by, cause, work) => await work({ ...unit, caller: by, cause }),
      };
      throw new RolledBack(await runSteps({ ...services, store: inner }, directory));
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.steps;
    throw error;
  }
}

async function runSteps(services: SelfTestServices, directory: Directory): Promise<readonly TestStep[]> {
  const baseUrl = `${services.publicUrl}/scim/v2`;
  const users = createUserEndpoint(services, baseUrl);
  const groups = createGroupEndpoint(services, baseUrl);
  const name = `usher-test-${randomBytes(8).toString("hex")}`;
  const email = `${name}@directory-test.invalid`;
  const read = async (endpoint: Endpoint, resourceId: string) => {
    const resource = await findResource(services.store.reader, directory.id, endpoint.kind, resourceId);
    if (resource === null) return null;
    const [shown] = await endpoint.show(directory, [resource], readSelection(endpoint.type, undefined, undefined));
    return (shown ?? {}) as Readonly<Record<string, unknown>>;
  };
  const patch = (endpoint: Endpoint, resourceId: string, operation: object) =>
    endpoint.patch(directory, { id: resourceId, expected: null }, { Operations: [operation] });
  let userId = "";
  let groupId = "";

  const works: Readonly<Record<TestStepName, () => Promise<boolean>>> = {
    CREATE_USER: async () => {
      const person = {
        userName: email,
        externalId: name,
        name: { givenName: "Usher", familyName: "Test" },
        emails: [{ value: email, type: "work", primary: true }],
        active: true,
      };
      userId = (await users.create(directory, person)).id;
      return true;
    },
    READ_USER: async () => (await read(users, userId))?.["userName"] === email,
    CREATE_GROUP: async () => {
      groupId = (await groups.create(directory, { displayName: name, members: [{ value: userId }] })).id;
      return true;
    },
    READ_GROUP: async () => JSON.stringify((await read(groups, groupId))?.["members"] ?? []).includes(userId),
    PATCH_GROUP: async () => {
      await patch(groups, groupId, { op: "remove", path: `members[value eq "${userId}"]` });
      return (await read(groups, groupId))?.["members"] === undefined;
    },
    DELETE_GROUP: async () => {
      await groups.remove(directory, { id: groupId, expected: null });
      return (await read(groups, groupId)) === null;
    },
    PATCH_USER: async () => {
      await patch(users, userId, { op: "replace", path: "active", value: false });
      return (await read(users, userId))?.["active"] === false;
    },
    DELETE_USER: async () => {
      await users.remove(directory, { id: userId, expected: null });
      return (await read(users, userId)) === null;
    },
  };
  const steps: TestStep[] = [];
  for (const [step, work] of Object.entries(works) as [TestStepName, () => Promise<boolean>][])
    steps.push(steps.every(({ outcome }) => outcome === "PASSED") ? await runStep(step, work) : skip(step));
  return steps;
}

async function runStep(step: TestStepName, work: () => Promise<boolean>): Promise<TestStep> {
  try {
    if (await work()) return { step, outcome: "PASSED", message: `${TEST_STEPS[step]}: this works.`, code: null };
    return { step, outcome: "FAILED", message: `${TEST_STEPS[step]}: the answer is not as expected.`, code: null };
  } catch (error) {
    // Other errors, such as a deadlock, must reach the unit of work.
    if (!(error instanceof Failure)) throw error;
    return {
      step,
      outcome: "FAILED",
      message: `${TEST_STEPS[step]}: ${error.message} ${error.remedy}`,
      code: error.code,
    };
  }
}

function skip(step: TestStepName): TestStep {
  return {
    step,
    outcome: "SKIPPED",
    message: `${TEST_STEPS[step]}: not tried, because an earlier step failed.`,
    code: null,
  };
}
