/** Sets the demonstration up through the GraphQL API, as an operator and an administrator would. */
import { ALL_PERMISSIONS } from "../src/access/permission.js";
import { askWith, type Ask } from "./ask.js";
import { furnish } from "./furnish.js";
import type { DemoProvider } from "./providers.js";

/** What to print. */
export interface PreparedDemo {
  readonly instructions: string;
}

/** Creates the organization, a key with every scope, an active connection to each provider, and something to look at. */
export async function prepareDemo(
  url: string,
  operatorKey: string,
  providers: readonly DemoProvider[],
): Promise<PreparedDemo> {
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
  if (first !== undefined) await furnish(ask, organizationId, first);
  const buttons = providers.map(({ displayName }) => `Sign in to ${displayName}`);
  return { instructions: instructionsFor(url, createApiKey.key, buttons) };
}

/** What an administrator does: draft, enter at the provider what the draft shows, activate. Answers the connection's id. */
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

Press Ctrl+C to stop. Everything starts anew next time.
`;
}
