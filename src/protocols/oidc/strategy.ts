/**
 * Adapts passport-openidconnect. Usher replaces the library's HTTP client, its state store and its trust in unsigned
 * tokens. The library builds the authorization request and checks the claims a second time. `sign-in.ts` requests and
 * verifies everything before the library runs. The library then runs synchronously, so that Usher gets all of its
 * errors.
 */
import PassportOpenIdConnect from "passport-openidconnect";
import type { Exchange, ReturnExchange, StartExchange } from "../exchange.js";
import { answerExchange, runLibrary, type LibraryReport } from "../strategy.js";
import { refuse } from "./refusals.js";
import { acceptReturn, beginSignIn, completeSignIn } from "./sign-in.js";
import type { RelyingParty } from "./relying-party.js";
import type { VerifiedSignIn } from "./surroundings.js";

const LONGEST_REPORT = 300;

/** The request that the library passes to the replacements below and to the verify function. */
interface LibraryRequest {
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, never>>;
  /** At `start`: the state of the stored flow. */
  readonly state?: string;
  /** At `return`: the flow's nonce. */
  readonly nonce?: string | undefined;
  /** At `return`: the verified sign-in. */
  readonly verified?: VerifiedSignIn;
}

/** Replaces the library's state store, because Usher has stored or found the flow already. */
const stateStore = {
  store(request: LibraryRequest, _context: unknown, _state: unknown, _meta: unknown, done: StoreDone): void {
    done(null, request.state);
  },
  verify(request: LibraryRequest, _state: unknown, done: (error: null, context: object) => void): void {
    done(null, { nonce: request.nonce });
  },
};
type StoreDone = (error: null, state: string | undefined) => void;

/** The strategy of one opened connection; any number of sign-ins may use it at once. */
export class OpenIdConnectStrategy extends PassportOpenIdConnect {
  // Not a #private field: passport hands each request a child object, which has no such fields.
  private readonly party: RelyingParty;

  constructor(party: RelyingParty) {
    const { provider, client } = party;
    const scopes = party.scopes.filter((scope) => scope !== "openid");
    super(
      {
        issuer: provider.issuer,
        authorizationURL: provider.authorizationEndpoint,
        tokenURL: provider.tokenEndpoint,
        userInfoURL: "",
        clientID: client.id,
        clientSecret: "", // The library's own HTTP client is replaced below, and needs none.
        callbackURL: client.redirectUri,
        ...(scopes.length > 0 && { scope: scopes }),
        skipUserProfile: true,
        passReqToCallback: true,
        store: stateStore as unknown as PassportOpenIdConnect.SessionStore,
      },
      // The library counts the parameters of this function to decide what it passes.
      (request: unknown, _issuer: unknown, _profile: unknown, done: PassportOpenIdConnect.VerifyCallback) =>
        done(null, (request as LibraryRequest).verified),
    );
    this.party = party;
  }

  /**
   * Adds Usher's parameters to the authorization request: nonce, code challenge, hints. The library calls this method.
   */
  override authorizationParams(options: { readonly parameters?: object }): object {
    return { ...options.parameters };
  }

  override authenticate(exchange: unknown): Promise<void> {
    return answerExchange<VerifiedSignIn>(this, exchange as Exchange, {
      start: (step) => this.sendAway(step),
      return: (step) => this.takeBack(step),
      post: () => refuse("OIDC_RESPONSE_INVALID", "the answer was posted; this connection expects a query"),
    });
  }

  private async sendAway(step: StartExchange): Promise<string> {
    const { draft, parameters } = beginSignIn(this.party, step);
    const state = await step.keep(draft);
    const report = await this.run({ query: {}, headers: {}, state }, { parameters });
    return report.kind === "redirect" ? report.url : refuse("OIDC_LIBRARY_REFUSED", report.kind);
  }

  private async takeBack(step: ReturnExchange): Promise<VerifiedSignIn> {
    const code = await acceptReturn(this.party, step);
    const verified = await completeSignIn(this.party, step.flow, code);
    const { nonce } = step.flow.secrets;
    const report = await this.run({ query: { code }, headers: {}, nonce, verified }, {});
    return report.kind === "success"
      ? verified
      : refuse("OIDC_LIBRARY_REFUSED", JSON.stringify(report).slice(0, LONGEST_REPORT));
  }

  /**
   * Runs the library once, on an object of this run. The object's HTTP client requests nothing, but returns what Usher
   * has fetched and verified already.
   */
  private run(request: LibraryRequest, options: object): Promise<LibraryReport> {
    const { provider, client, tenantIssuers } = this.party;
    const httpClient = {
      _authorizeUrl: provider.authorizationEndpoint,
      _accessTokenUrl: provider.tokenEndpoint,
      _clientId: client.id,
      getOAuthAccessToken(_code: string, _parameters: unknown, done: (...tokens: unknown[]) => void) {
        const { verified } = request;
        if (verified === undefined) return refuse("OIDC_LIBRARY_REFUSED", "nothing was verified");
        return done(null, verified.accessToken, undefined, {
          id_token: restateForLibrary(
            tenantIssuers === undefined ? verified : { ...verified, issuer: provider.issuer },
          ),
        });
      },
    };
    return runLibrary<OpenIdConnectStrategy>(this, { _oauth2: httpClient }, (own) => {
      PassportOpenIdConnect.prototype.authenticate.call(own, request as unknown as LibrarysRequest, options);
    });
  }
}

/** Express's request, of which the library reads only `query`. */
type LibrarysRequest = Parameters<PassportOpenIdConnect["authenticate"]>[0];

/**
 * Restates the verified claims as an unsigned ID token that the library can read. The library checks issuer, audience
 * and nonce again. It knows only the provider's issuer, so the caller replaces a tenant's issuer by the provider's. The
 * library checks the expiry without tolerance, so the restated token always expires a minute from now.
 */
function restateForLibrary({ claims, subject, issuer }: VerifiedSignIn): string {
  const { aud, azp, iat, nonce } = claims;
  const exp = Math.floor(Date.now() / 1_000) + 60;
  return `.${Buffer.from(JSON.stringify({ iss: issuer, sub: subject, aud, azp, iat, nonce, exp })).toString("base64url")}.`;
}
