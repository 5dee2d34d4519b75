/** A SCIM client for tests: a provisioning directory of an organization, called over HTTP with its token. */
import { OPERATOR_KEY, type TestUsher } from "./usher.js";

/** An answer of SCIM. */
interface ScimAnswer {
  readonly status: number;
  readonly headers: Headers;
  // any: the request decides the shape
  readonly body: any;
}

export interface ScimClient {
  readonly directoryId: string;
  readonly token: string;
  readonly baseUrl: string;
  /** Sends a request. A body is sent as `application/scim+json`. */
  readonly send: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<ScimAnswer>;
  /** Creates a user and returns the answer's body. Throws unless it was created. */
  // any: the shape of a user
  readonly makeUser: (fields?: Readonly<Record<string, unknown>>) => Promise<any>;
  readonly patch: (path: string, ...operations: readonly object[]) => Promise<ScimAnswer>;
}

export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
export const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";

let word = 0;

/** A user as a provider describes it, with an address and names made from one word. */
export function describeUser(name = `person${(word += 1)}`): Readonly<Record<string, unknown>> & { userName: string } {
  return {
    schemas: [USER],
    userName: `${name}@acme.test`,
    externalId: `${name}-1`,
    name: { givenName: `${name[0]!.toUpperCase()}${name.slice(1)}`, familyName: "Tester" },
    emails: [{ value: `${name}@acme.test`, type: "work", primary: true }],
    active: true,
  };
}

/** Creates a directory as the operator. */
export async function createScimClient(
  usher: Pick<TestUsher, "ask">,
  organizationId: string,
  input: Readonly<Record<string, unknown>> = {},
): Promise<ScimClient> {
  const { createProvisioningDirectory: made } = await usher.ask(
    `mutation ($input: CreateProvisioningDirectoryInput!) {
       createProvisioningDirectory(input: $input) { directory { id baseUrl } token } }`,
    { input: { organizationId, ...input } },
    OPERATOR_KEY,
  );
  return scimClient(made.directory, made.token);
}

/** A client with any token. */
function scimClient({ id, baseUrl }: { readonly id: string; readonly baseUrl: string }, token: string): ScimClient {
  const send: ScimClient["send"] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
  };
  return {
    directoryId: id,
    token,
    baseUrl,
    send,
    makeUser: async (fields = describeUser()) => {
      const { status, body } = await send("POST", "/Users", fields);
      if (status !== 201) throw new Error(JSON.stringify(body, null, 2));
      return body;
    },
    patch: (path, ...operations) => send("PATCH", path, { schemas: [PATCH_OP], Operations: operations }),
  };
}

/** Makes an organization with the entitlement, and its id. */
export async function makeOrganization(
  usher: Pick<TestUsher, "ask">,
  input: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const slug = `scim-${(word += 1)}-${process.pid}`;
  const { createOrganization } = await usher.ask(
    `mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } } }`,
    { input: { name: slug, slug } },
  );
  const { id } = createOrganization.organization;
  if (Object.keys(input).length > 0)
    await usher.ask(
      `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }`,
      { input: { id, ...input } },
    );
  return id;
}
