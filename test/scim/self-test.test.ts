/** The test of a provisioning directory: it says what a provider would get, and nothing of it remains. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { readDatabaseImage, WRITTEN_BY_UPKEEP } from "../support/database-image.js";
import { createScimClient, makeOrganization, type ScimClient } from "../support/scim.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
beforeAll(async () => {
  usher = await startTestUsher();
});
afterAll(() => usher.stop());

interface Step {
  readonly step: string;
  readonly outcome: string;
  readonly message: string;
  readonly code: string | null;
}

/** Runs the test, and checks that the database is the same as before. */
const runTest = async ({ directoryId }: ScimClient): Promise<readonly Step[]> => {
  // The background work of the request log writes these at any time.
  const hidden = new Set([...WRITTEN_BY_UPKEEP, "directory_removal.ended_ms"]);
  const image = async () => {
    const { directory_activity: _activity, ...others } = await readDatabaseImage(usher.databaseUrl, hidden);
    return others;
  };
  const before = await image();
  const { testProvisioningDirectory } = await usher.ask(
    `mutation ($id: ID!) { testProvisioningDirectory(id: $id) { steps { step outcome message code } } }`,
    { id: directoryId },
  );
  expect(await image()).toEqual(before);
  return testProvisioningDirectory.steps;
};
const outcomesOf = (steps: readonly Step[]) => steps.map(({ outcome }) => outcome);

it("passes each step, whatever the directory does with removed users, and leaves the database as it was", async () => {
  const organizationId = await makeOrganization(usher, {
    totalSeats: 1,
    policies: { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" },
  });
  for (const deprovisionAction of ["ARCHIVE", "DISABLE", "DELETE"]) {
    const steps = await runTest(await createScimClient(usher, organizationId, { deprovisionAction }));
    expect(steps.map(({ step }) => step)).toEqual([
      "CREATE_USER",
      "READ_USER",
      "CREATE_GROUP",
      "READ_GROUP",
      "PATCH_GROUP",
      "DELETE_GROUP",
      "PATCH_USER",
      "DELETE_USER",
    ]);
    expect(steps.filter(({ outcome }) => outcome !== "PASSED")).toEqual([]);
  }
});

it("says what a provider would get if the plan is full, or the directory is paused", async () => {
  const full = await makeOrganization(usher, {
    totalSeats: 0,
    policies: { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" },
  });
  const [created, ...others] = await runTest(await createScimClient(usher, full));
  expect(created).toMatchObject({ step: "CREATE_USER", outcome: "FAILED", code: "SEATS_FULL" });
  expect(created!.message).toMatch(/^Create a user: .+\. .+\.$/);
  expect(new Set(outcomesOf(others))).toEqual(new Set(["SKIPPED"]));
  const scim = await createScimClient(usher, await makeOrganization(usher));
  await usher.ask(
    `mutation ($input: UpdateProvisioningDirectoryInput!) { updateProvisioningDirectory(input: $input) { directory { id } } }`,
    { input: { id: scim.directoryId, state: "PAUSED" } },
  );
  expect((await runTest(scim))[0]).toMatchObject({ outcome: "FAILED", code: "DIRECTORY_PAUSED" });
});

it("does not pause a directory whose next removal would be one too many", async () => {
  const scim = await createScimClient(usher, await makeOrganization(usher));
  for (let place = 0; place < 9; place += 1) {
    const { id } = await scim.makeUser();
    await scim.send("DELETE", `/Users/${id}`);
  }
  const steps = await runTest(scim);
  expect(outcomesOf(steps)).toEqual([...Array.from({ length: 6 }, () => "PASSED"), "FAILED", "SKIPPED"]);
  expect(steps[6]!.code).toBe("MASS_REMOVAL_STOPPED");
  expect((await scim.send("GET", "/Users")).status).toBe(200);
});
