/** The GraphQL calls of an operator and an administrator who connect a provider and look at the results. */
import type { Browser, Page } from "./browser.js";
import type { TestUsher } from "./test-usher.js";

/** A value to paste at the provider. */
export interface Detail {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

/** An attempt, as the administrator sees it. */
export interface Attempt {
  readonly outcome: string;
  readonly detail: string | null;
  readonly remedy: string | null;
  readonly reference: string;
}

/** A user, as the administrator sees them. */
export interface Member {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly identities: readonly { readonly issuer: string; readonly subject: string }[];
}

const SCOPES = "CONNECTIONS_READ, CONNECTIONS_WRITE, USERS_READ, USERS_WRITE, EVENTS_READ, AUDIT_READ";

/** The administrator of a new organization, who uses an API key. */
export class Administrator {
  private constructor(
    readonly usher: Pick<TestUsher, "url" | "graphql" | "ask">,
    readonly organizationId: string,
    readonly slug: string,
    readonly key: string,
  ) {}

  static async of(usher: Pick<TestUsher, "url" | "graphql" | "ask">, slug: string): Promise<Administrator> {
    const { createOrganization } = await usher.ask(
      `mutation ($slug: String!) { createOrganization(input: { name: "Acme", slug: $slug }) { organization { id } } }`,
      { slug },
    );
    const organizationId: string = createOrganization.organization.id;
    const { createApiKey } = await usher.ask(
      `mutation ($id: ID!) { createApiKey(input: { organizationId: $id, name: "Set-up", scopes: [${SCOPES}] }) { key } }`,
      { id: organizationId },
    );
    return new Administrator(usher, organizationId, slug, createApiKey.key);
  }

  // any: the query decides the shape
  ask(query: string, variables: Record<string, unknown> = {}): Promise<any> {
    return this.usher.ask(query, variables, this.key);
  }

  /** Creates a connection as a draft. */
  async draft(settings: object): Promise<{ readonly id: string; readonly details: readonly Detail[] }> {
    const { createConnection } = await this.ask(
      `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) {
         connection { id state serviceProvider { name label value } } } }`,
      { input: { organizationId: this.organizationId, displayName: "Acme ID", settings } },
    );
    return { id: createConnection.connection.id, details: createConnection.connection.serviceProvider };
  }

  /** Changes settings. Returns the refused fields with their codes. */
  async update(id: string, settings: object): Promise<readonly string[]> {
    const { errors } = await this.usher.graphql(
      `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { version } } }`,
      { input: { id, settings } },
      this.key,
    );
    return (errors ?? []).flatMap(({ message, extensions }) =>
      (extensions.details?.fields ?? [{ path: message, code: extensions.code }]).map(
        ({ path, code }: { path: string; code: string }) => `${path}: ${code}`,
      ),
    );
  }

  /** Tests a connection. Returns the findings that are not `OK`. */
  async diagnose(id: string): Promise<readonly { readonly check: string; readonly remedy: string | null }[]> {
    const { testConnection } = await this.ask(
      `mutation ($id: ID!) { testConnection(id: $id) { findings { check level message remedy } } }`,
      { id },
    );
    return testConnection.findings.filter(({ level }: { level: string }) => level !== "OK");
  }

  async activate(id: string): Promise<string> {
    const { activateConnection } = await this.ask(
      `mutation ($id: ID!) { activateConnection(id: $id) { connection { state } } }`,
      { id },
    );
    return activateConnection.connection.state;
  }

  /** Opens the organization's sign-in page. Returns the address of its first button. */
  async startUrl(browser: Browser): Promise<string> {
    const page = await browser.get(`${this.usher.url}/o/${this.slug}?stay`);
    const start = page.links.find(({ href }) => href.pathname.endsWith("/start"));
    if (start === undefined) throw new Error(`nothing to sign in with: ${page.visibleText}`);
    return start.href.href;
  }

  async members(): Promise<readonly Member[]> {
    const { users } = await this.ask(
      `query ($id: ID!) { users(organizationId: $id, first: 50) { nodes {
         email firstName lastName identities { issuer subject } } } }`,
      { id: this.organizationId },
    );
    return users.nodes;
  }

  async lastAttempt(): Promise<Attempt> {
    const { signInAttempts } = await this.ask(
      `query ($id: ID!) { signInAttempts(organizationId: $id, first: 1) { nodes { outcome detail remedy reference } } }`,
      { id: this.organizationId },
    );
    return signInAttempts.nodes[0];
  }
}

/** Whether a page is the organization's page after a sign-in. */
export function isSignedIn(page: Page, { usher, slug }: Administrator): boolean {
  return page.status === 200 && page.url === `${usher.url}/o/${slug}`;
}
