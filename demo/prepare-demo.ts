/** Sets the demonstration up through the GraphQL API, as an operator and an administrator would. */
import type { DemoProviders } from "./providers.js";

/** What to print. */
export interface PreparedDemo {
  readonly instructions: string;
}

/** Creates the organization, a key and an active connection. */
export async function prepareDemo(url: string, operatorKey: string, { openId }: DemoProviders): Promise<PreparedDemo> {
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
  const { createConnection } = await ask<{
    createConnection: { connection: { id: string; serviceProvider: { name: string; value: string }[] } };
  }>(
    url,
    createApiKey.key,
    `mutation ($input: CreateConnectionInput!) {
       createConnection(input: $input) { connection { id serviceProvider { name value } } }
     }`,
    {
      input: {
        organizationId,
        displayName: "Acme ID",
        settings: {
          oidc: {
            discoveryUrl: openId.discoveryUrl,
            clientId: openId.clientId,
            clientSecret: openId.clientSecret,
          },
        },
      },
    },
  );
  const { connection } = createConnection;
  const redirectUrl = connection.serviceProvider.find(({ name }) => name === "redirectUrl")?.value;
  if (redirectUrl === undefined) throw new Error("the connection shows no redirect URL");
  openId.addRedirectUri(redirectUrl);
  await ask(url, createApiKey.key, `mutation ($id: ID!) { activateConnection(id: $id) { connection { state } } }`, {
    id: connection.id,
  });
  return { instructions: instructionsFor(url, organizationId, createApiKey.key) };
}

function instructionsFor(url: string, organizationId: string, key: string): string {
  return `
Usher is running with an organization, a connection and a stand-in identity provider.

  1. Sign in:       ${url}/o/acme
     Choose "Sign in to Acme ID", then a person. You land on a page that shows who you are.

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
