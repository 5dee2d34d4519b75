/** Types for the part of the package `oidc-provider` 9 that the stand-in uses. The package has no types. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  /** Rows of the provider's store. */
  export type Payload = Record<string, unknown> & { grantId?: string; uid?: string; userCode?: string };

  /** An authorization request that waits for the person at a page. */
  export interface InteractionDetails {
    readonly uid: string;
    readonly prompt: { readonly name: string };
    readonly params: Readonly<Record<string, unknown>>;
    readonly session?: { readonly accountId?: string };
  }

  /** The request context of configuration functions. */
  export interface ProviderContext {
    type: string;
    body: unknown;
    readonly oidc: {
      readonly provider: Provider;
      readonly client: { readonly clientId: string };
      readonly session: { readonly accountId: string };
      readonly params: Readonly<Record<string, string | undefined>>;
    };
  }

  /** A person's consent at the provider. */
  export interface ProviderGrant {
    addOIDCScope(scope: string): void;
    addOIDCClaims(claims: readonly string[]): void;
    save(): Promise<string>;
  }

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    readonly Grant: new (owner: { clientId: string; accountId: string }) => ProviderGrant;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<InteractionDetails>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Readonly<Record<string, unknown>>,
      options?: { readonly mergeWithLastSubmission?: boolean },
    ): Promise<void>;
    on(event: "server_error" | "backchannel.error", listener: (context: ProviderContext, error: Error) => void): void;
  }
}

declare module "oidc-provider/lib/provider.js" {
  export { Provider } from "oidc-provider";
}
