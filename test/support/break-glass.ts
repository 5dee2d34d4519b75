/** Makes break-glass accounts for tests, and organizations that require single sign-on. */
import { createBrowser } from "../../testing/browser.js";
import { makePerson, type Tenant } from "./tenant.js";
import type { TestUsher } from "./usher.js";

let number = 0;

/** The password of every account that this file makes. */
export const KEEPER_PASSWORD = "seven lanterns behind the harbour";

/** An administrator's account with a password, which is not marked yet. */
export async function makePasswordAdministrator(
  usher: TestUsher,
  organizationId: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly id: string; readonly email: string }> {
  number += 1;
  const input = { email: `keeper-${number}-${process.pid}@acme.test`, ...changes };
  const { createUser } = await usher.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id email authMethod } } }`,
    {
      input: {
        organizationId,
        firstName: "Kay",
        lastName: "Keeper",
        authMethod: "PASSWORD",
        roleKeys: ["ADMIN"],
        ...input,
      },
    },
  );
  const { id, email, authMethod } = createUser.user;
  if (authMethod === "PASSWORD")
    await usher.ask(`mutation ($input: SetPasswordInput!) { setPassword(input: $input) { user { id } } }`, {
      input: { userId: id, password: KEEPER_PASSWORD },
    });
  return { id, email };
}

/** Marks an account, or takes the mark away. */
export async function markBreakGlass(usher: TestUsher, userId: string, breakGlass = true): Promise<void> {
  await usher.ask(`mutation ($input: SetBreakGlassInput!) { setBreakGlass(input: $input) { user { breakGlass } } }`, {
    input: { userId, breakGlass },
  });
}

/** Requires single sign-on in an organization, after a person has signed in and an account was marked. Returns its id. */
export async function requireSsoOf(usher: TestUsher, tenant: Tenant): Promise<string> {
  await tenant.signIn(createBrowser(), makePerson("proof"));
  const { id } = await makePasswordAdministrator(usher, tenant.organizationId);
  await markBreakGlass(usher, id);
  await tenant.updateOrganization({ policies: { ssoEnforcement: "REQUIRED" } });
  return id;
}
