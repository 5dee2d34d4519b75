/**
 * Runs Okta's published SCIM 2.0 suite (a Runscope export), unmodified, against a directory. The suite is Okta's and not part
 * of this repository: OKTA_SCIM_SUITE names its file. Scripts of the suite are not run; the tests of clients have their cases.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createScimClient, makeOrganization, type ScimClient } from "../support/scim.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

interface Assertion {
  readonly source: "response_status" | "response_json" | "response_time";
  readonly property?: string;
  readonly comparison: string;
  readonly value: string | null;
}

interface Step {
  readonly step_type: "request" | "pause";
  readonly note?: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body?: string;
  readonly assertions: readonly Assertion[];
  readonly variables: readonly { readonly name: string; readonly property: string }[];
}

const file = process.env["OKTA_SCIM_SUITE"];
const steps = file === undefined ? [] : (JSON.parse(readFileSync(file, "utf8")) as { readonly steps: Step[] }).steps;

let usher: TestUsher;
let scim: ScimClient;
const variables = new Map<string, string>();
beforeAll(async () => {
  usher = await startTestUsher();
  scim = await createScimClient(usher, await makeOrganization(usher));
  const word = Math.random().toString(36).slice(2);
  for (const [name, value] of Object.entries({
    SCIMBaseURL: scim.baseUrl,
    auth: `Bearer ${scim.token}`,
    InvalidUserEmail: `nobody-${word}@example.com`,
    UserIdThatDoesNotExist: "00000000",
    randomEmail: `mail-${word}@example.com`,
    randomUsername: `name-${word}@example.com`,
    randomUsernameCaps: `NAME-${word}@EXAMPLE.COM`,
    randomGivenName: "Random",
    randomFamilyName: "Person",
  }))
    variables.set(name, value);
  // The suite begins with a directory that has a user.
  await scim.makeUser();
});
afterAll(() => usher.stop());

const fill = (text: string) =>
  text.replaceAll(/\{\{(\w+)\}\}/g, (_found, name: string) => {
    const value = variables.get(name);
    if (value === undefined) throw new Error(`The suite's variable ${name} has no value.`);
    return value;
  });

/** `Resources[0].name.familyName` */
function read(body: unknown, property: string): unknown {
  const names = property.replaceAll(/\[(\d+)\]/g, ".$1").split(".");
  return names.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], body);
}

function check({ comparison, value, source }: Assertion, actual: unknown): void {
  const expected = value === null ? null : fill(value);
  switch (comparison) {
    case "equal_number":
      expect(Number(actual)).toBe(Number(expected));
      return;
    case "equal":
      expect(String(actual)).toBe(expected);
      return;
    case "contains":
    case "has_value":
      expect(actual).toContain(expected);
      return;
    case "not_empty":
      expect(actual).not.toBeUndefined();
      expect(actual).not.toBe("");
      return;
    case "is_a_number":
      expect(typeof actual).toBe("number");
      return;
    case "is_less_than":
      // The suite limits only response times, which depend on the machine. They are not checked here.
      expect(source).toBe("response_time");
      return;
    default:
      throw new Error(`The suite compares with ${comparison}, which this runner does not know.`);
  }
}

if (file === undefined)
  it.skip("Okta's suite is not run, because OKTA_SCIM_SUITE does not name its file", () => undefined);
else
  for (const step of steps.filter(({ step_type }) => step_type === "request"))
    it(`Okta's suite: ${step.note ?? step.url}`, async () => {
      const response = await fetch(encodeURI(fill(step.url)), {
        method: step.method,
        headers: Object.fromEntries(Object.entries(step.headers).map(([name, [value = ""]]) => [name, fill(value)])),
        ...(step.body === undefined ? {} : { body: fill(step.body) }),
      });
      const body: unknown = await response.json();
      for (const assertion of step.assertions) {
        const actual = assertion.source === "response_status" ? response.status : read(body, assertion.property ?? "");
        check(assertion, actual);
      }
      for (const { name, property } of step.variables) variables.set(name, String(read(body, property)));
    });
