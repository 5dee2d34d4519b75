/** An organization with one active SAML connection to the stand-in provider, and how a browser carries its messages. */
import type { Browser, Page } from "../../testing/browser.js";
import type { AuthnRequest, PostedAnswer, ResponseContent, SamlProvider } from "./providers/saml/index.js";
import { createTenantOf, type AnyTenant, type Installation, type TenantOptions } from "./tenant.js";

/** What a response differs in from the usual one. */
type Changes = Partial<ResponseContent>;

export interface SamlTenant extends Omit<AnyTenant, "detail"> {
  readonly entityId: string;
  readonly acsUrl: string;
  /** Begins a sign-in and answers the request that the browser would carry to the provider. */
  readonly request: (browser: Browser, query?: string) => Promise<AuthnRequest>;
  /** Begins a sign-in, and answers the message that the provider would have the browser post. */
  readonly authenticate: (browser: Browser, personId?: string, changes?: Changes) => Promise<PostedAnswer>;
  /** Lets the browser post a form to the ACS from the provider's page; shows the redirect itself. */
  readonly post: (browser: Browser, fields: Readonly<Record<string, string>>, acsUrl?: string) => Promise<Page>;
  /** The whole way; answers the page where it ends. */
  readonly signIn: (browser: Browser, personId?: string, changes?: Changes) => Promise<Page>;
}

/** Makes the tenant. The provider's metadata is pasted, unless the settings name where to fetch it. */
export async function createSamlTenant(
  installation: Installation,
  provider: SamlProvider,
  { settings, ...options }: TenantOptions & { readonly settings?: Readonly<Record<string, unknown>> } = {},
): Promise<SamlTenant> {
  const source = settings?.["metadataUrl"] === undefined ? { metadataXml: provider.metadataXml() } : {};
  const { detail, ...tenant } = await createTenantOf(installation, { saml: { ...source, ...settings } }, options);
  const acsUrl = detail("acsUrl");
  const request: SamlTenant["request"] = async (browser, query) =>
    provider.readRequest(await tenant.begin(browser, query));
  const authenticate: SamlTenant["authenticate"] = async (browser, personId = "p-1001", changes) =>
    provider.answer(await request(browser), personId, changes);
  const fromProvider = { from: provider.signOnUrl };
  return {
    ...tenant,
    entityId: detail("entityId"),
    acsUrl,
    request,
    authenticate,
    post: (browser, fields, to = acsUrl) => browser.post(to, fields, { ...fromProvider, follow: false }),
    signIn: async (browser, personId, changes) => {
      const { fields } = await authenticate(browser, personId, changes);
      return await browser.post(acsUrl, fields as Record<string, string>, fromProvider);
    },
  };
}
