/**
 * Adds to passport-google-oauth20 a nonce, a code challenge, a flow that is stored on the server, and a verified ID
 * token. The library builds the authorization request with Google's own parameters. The library would read the person
 * from unsigned userinfo. Usher skips that call and reads the ID token, which Usher verifies before the library runs.
 */
import { Strategy as PassportGoogle, type StrategyOptionsWithRequest } from "passport-google-oauth20";
import type { Exchange, ReturnExchange, StartExchange } from "../exchange.js";
import { answerExchange, runLibrary, type LibraryReport } from "../strategy.js";
import { refuse } from "../oidc/refusals.js";
import type { RelyingParty } from "../oidc/relying-party.js";
import { acceptReturn, beginSignIn, completeSignIn } from "../oidc/sign-in.js";
import type { VerifiedSignIn } from "../oidc/surroundings.js";

/** The parameter `claims` that asks Google for `auth_time` in the ID token (OpenID Connect Core 1.0, section 5.5). */
const AUTH_TIME = JSON.stringify({ id_token: { auth_time: { essential: true } } });
const LONGEST_REPORT = 300;

/** A relying party at Google. */
export interface GoogleParty extends RelyingParty {
  /**
   * Google's account chooser lists the accounts of this domain first or, for `*`, the accounts of companies. The value
   * proves nothing about the person.
   */
  readonly hostedDomain: string;
}

/** The request that the library passes to the replacements below and to the verify function. */
interface LibraryRequest {
  readonly query: Readonly<Record<string, string>>;
  /** At `start`: the state of the stored flow. */
  readonly state?: string;
  /** At `return`: the verified sign-in. */
  readonly verified?: VerifiedSignIn;
}

/**
 * Replaces the library's state store, because Usher has stored or found the flow already. The library calls each
 * function by the number of its parameters.
 */
const stateStore = {
  store(request: LibraryRequest, _state: unknown, _meta: unknown, done: (error: null, state?: string) => void): void {
    done(null, request.state);
  },
  verify(_request: LibraryRequest, _state: unknown, done: (error: null, isKnown: boolean) => void): void {
    done(null, true);
  },
};

/** Google's own names for parameters of OpenID Connect. */
interface GoogleOptions {
  readonly hostedDomain?: string;
  readonly loginHint?: string;
  readonly prompt?: string;
  /** Nonce and code challenge, which the library does not support. */
  readonly further?: Readonly<Record<string, string>>;
}

/** The strategy of one opened connection; any number of sign-ins may use it at once. */
export class GoogleStrategy extends PassportGoogle {
  // Not a #private field: passport hands each request a child object, which has no such fields.
  private readonly party: GoogleParty;

  constructor(party: GoogleParty) {
    const { provider, client } = party;
    const options: StrategyOptionsWithRequest = {
      authorizationURL: provider.authorizationEndpoint,
      tokenURL: provider.tokenEndpoint,
      clientID: client.id,
      clientSecret: "", // The library's own HTTP client is replaced below, and needs none.
      callbackURL: client.redirectUri,
      scope: ["openid", ...party.scopes.filter((scope) => scope !== "openid")],
      skipUserProfile: true,
      passReqToCallback: true,
      store: stateStore as unknown as NonNullable<StrategyOptionsWithRequest["store"]>,
    };
    super(options, (request, _accessToken, _refreshToken, _profile, done) =>
      done(null, (request as unknown as LibraryRequest).verified as unknown as Express.User),
    );
    this.party = party;
  }

  /** Adds Usher's parameters to the authorization request. The library calls this method. */
  override authorizationParams(options: GoogleOptions): object {
    return { ...(super.authorizationParams(options) as object), ...options.further };
  }

  // oxlint-disable-next-line typescript/no-misused-promises -- passport ignores the promise; it rejects only if an action of sign-in throws
  override authenticate(exchange: unknown): Promise<void> {
    return answerExchange<VerifiedSignIn>(this, exchange as Exchange, {
      start: (step) => this.sendAway(step),
      return: (step) => this.takeBack(step),
      post: () => refuse("OIDC_RESPONSE_INVALID", "the answer was posted; this connection expects a query"),
    });
  }

  private async sendAway(step: StartExchange): Promise<string> {
    const { draft, parameters } = beginSignIn(this.party, step);
    const { login_hint: loginHint, prompt, ...further } = parameters;
    const state = await step.keep(draft);
    // Google sends auth_time only if the request asks for it.
    const claims = further["max_age"] !== undefined && { claims: AUTH_TIME };
    const report = await this.run(
      { query: {}, state },
      {
        further: { ...further, ...claims },
        ...(loginHint !== undefined && { loginHint }),
        // Google does not support `login`.
        ...(prompt !== undefined && { prompt: prompt === "login" ? "select_account" : prompt }),
        hostedDomain: this.party.hostedDomain,
      },
    );
    return report.kind === "redirect" ? report.url : refuse("OIDC_LIBRARY_REFUSED", report.kind);
  }

  private async takeBack(step: ReturnExchange): Promise<VerifiedSignIn> {
    const code = await acceptReturn(this.party, step);
    const verified = await completeSignIn(this.party, step.flow, code);
    const report = await this.run({ query: { code }, verified }, {});
    return report.kind === "success"
      ? verified
      : refuse("OIDC_LIBRARY_REFUSED", JSON.stringify(report).slice(0, LONGEST_REPORT));
  }

  /**
   * Runs the library once, on an object of this run. The object's HTTP client requests nothing, but returns what Usher
   * has fetched and verified already.
   */
  private run(request: LibraryRequest, options: GoogleOptions): Promise<LibraryReport> {
    const { provider, client } = this.party;
    const httpClient = {
      _authorizeUrl: provider.authorizationEndpoint,
      _accessTokenUrl: provider.tokenEndpoint,
      _clientId: client.id,
      getOAuthAccessToken(_code: string, _parameters: unknown, done: (...tokens: unknown[]) => void) {
        const { verified } = request;
        return verified === undefined
          ? refuse("OIDC_LIBRARY_REFUSED", "nothing was verified")
          : done(null, verified.accessToken);
      },
    };
    return runLibrary<GoogleStrategy>(this, { _oauth2: httpClient }, (own) => {
      PassportGoogle.prototype.authenticate.call(own, request as unknown as LibrarysRequest, options);
    });
  }
}

/** Express's request, of which the library reads only `query` and `body`. */
type LibrarysRequest = Parameters<PassportGoogle["authenticate"]>[0];
