/** Sets up the demonstration through the GraphQL API, like an operator and an administrator. */
import { ALL_PERMISSIONS } from "../src/access/permission.js";
import { askWith, type Ask } from "./ask.js";
import { fillOrganization } from "./fill-organization.js";
import type { DemoProvider } from "./providers.js";

/**
 * Creates the organization, a key with every scope, an active connection to each provider, and sample data.
 *
 * @returns the instructions to print
 */
export async function prepareDemo(
  url: string,
  operatorKey: string,
  providers: readonly DemoProvider[],
): Promise<string> {
  const asOperator = askWith(url, operatorKey);
  const { createOrganization } = await asOperator<{ createOrganization: { organization: { id: string } } }>(
    `mutation { createOrganization(input: { name: "Acme", slug: "acme" }) { organization { id } } }`,
  );
  const organizationId = createOrganization.organization.id;
  const { createApiKey } = await asOperator<{ createApiKey: { key: string } }>(
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`,
    { input: { organizationId, name: "Demonstration", scopes: ALL_PERMISSIONS } },
  );
  const ask = askWith(url, createApiKey.key);
  const connections: string[] = [];
  for (const provider of providers) connections.push(await connect(ask, organizationId, provider));
  const [first] = connections;
  if (first !== undefined) await fillOrganization(ask, organizationId, first);
  const buttons = providers.map(({ displayName }) => `Sign in to ${displayName}`);
  return instructionsFor(url, createApiKey.key, buttons);
}

/** Creates a draft, registers its addresses at the provider, and activates it. Returns the connection's id. */
async function connect(ask: Ask, organizationId: string, provider: DemoProvider): Promise<string> {
  const { displayName, settings } = provider;
  const { createConnection } = await ask<{
    createConnection: { connection: { id: string; serviceProvider: { name: string; value: string }[] } };
  }>(
    `mutation ($input: CreateConnectionInput!) {
       createConnection(input: $input) { connection { id serviceProvider { name value } } }
     }`,
    { input: { organizationId, displayName, settings } },
  );
  const { id, serviceProvider } = createConnection.connection;
  provider.register(new Map(serviceProvider.map(({ name, value }) => [name, value])));
  await ask(`mutation ($id: ID!) { activateConnection(id: $id) { connection { state } } }`, { id });
  return id;
}

function instructionsFor(url: string, key: string, buttons: readonly string[]): string {
  return `
Usher is running with an organization and a stand-in identity provider of each kind, with a connection to it.

  1. Sign in:       ${url}/o/acme
     Choose a button, then a person. You land on a page that shows who you are.
${buttons.map((button) => `       ${button}`).join("\n")}
     At Acme ID, Grace Hopper is the administrator, and Ada Lovelace and Alan Turing are users.

  2. Ask for it:    ${url}/graphql
     { viewer { user { email firstName lastName role { key } organization { slug } } } }

  3. As a program, with a key that has every scope:
                    curl -s ${url}/graphql -H 'Authorization: Bearer ${key}' \\
                      -H 'Content-Type: application/json' \\
                      -d '{"query":"{ users { nodes { email status role { key } } } groups { nodes { name } } courses { nodes { title } } results { nodes { score passed } } }"}'

Press Ctrl+C to stop. The next start begins with an empty database.
`;
}
