/** Sets the demonstration up through the GraphQL API, as an operator and an administrator would. */
import type { DemoProvider } from "./providers.js";

/** What to print. */
export interface PreparedDemo {
  readonly instructions: string;
}

/** Creates the organization, a key and an active connection to each provider. */
export async function prepareDemo(
  url: string,
  operatorKey: string,
  providers: readonly DemoProvider[],
): Promise<PreparedDemo> {
  const { createOrganization } = await ask<{ createOrganization: { organization: { id: string } } }>(
    url,
    operatorKey,
    `mutation { createOrganization(input: { name: "Acme", slug: "acme" }) { organization { id } } }`,
  );
  const organizationId = createOrganization.organization.id;
  const { createApiKey } = await ask<{ createApiKey: { key: string } }>(
    url,
    operatorKey,
    `mutation ($id: ID!) {
       createApiKey(input: { organizationId: $id, name: "Demonstration", scopes: [CONNECTIONS_READ, CONNECTIONS_WRITE, USERS_READ, USERS_WRITE, EVENTS_READ, AUDIT_READ] }) { key }
     }`,
    { id: organizationId },
  );
  for (const provider of providers) await connect(url, createApiKey.key, organizationId, provider);
  const buttons = providers.map(({ displayName }) => `Sign in to ${displayName}`);
  return { instructions: instructionsFor(url, organizationId, createApiKey.key, buttons) };
}

/** What an administrator does: draft, enter at the provider what the draft shows, activate. */
async function connect(url: string, key: string, organizationId: string, provider: DemoProvider): Promise<void> {
  const { displayName, settings } = provider;
  const { createConnection } = await ask<{
    createConnection: { connection: { id: string; serviceProvider: { name: string; value: string }[] } };
  }>(
    url,
    key,
    `mutation ($input: CreateConnectionInput!) {
       createConnection(input: $input) { connection { id serviceProvider { name value } } }
     }`,
    { input: { organizationId, displayName, settings } },
  );
  const { id, serviceProvider } = createConnection.connection;
  provider.register(new Map(serviceProvider.map(({ name, value }) => [name, value])));
  await ask(url, key, `mutation ($id: ID!) { activateConnection(id: $id) { connection { state } } }`, { id });
}

function instructionsFor(url: string, organizationId: string, key: string, buttons: readonly string[]): string {
  return `
Usher is running with an organization and a stand-in identity provider of each kind, with a connection to it.

  1. Sign in:       ${url}/o/acme
     Choose a button, then a person. You land on a page that shows who you are.
${buttons.map((button) => `       ${button}`).join("\n")}

  2. Ask for it:    ${url}/graphql
     { viewer { user { email firstName lastName role { key } organization { slug } } } }

  3. As a program:  curl -s ${url}/graphql -H 'Authorization: Bearer ${key}' \\
                      -H 'Content-Type: application/json' \\
                      -d '{"query":"{ users(organizationId: \\"${organizationId}\\") { nodes { email status } } }"}'

Press Ctrl+C to stop. Everything starts anew next time.
`;
}

async function ask<Data>(url: string, key: string, query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
  if (data === undefined || errors) throw new Error(errors?.map(({ message }) => message).join("; ") ?? "no answer");
  return data;
}
