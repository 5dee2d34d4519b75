/** The pages of a sign-in that waits for a second factor, and on which a person adds and removes factors. */
import type { Request, Response, Router } from "express";
import { countRecoveryCodes, findFactors } from "../../people/factor/factor.repository.js";
import { deriveAppSecret, describeApp } from "../../people/factor/codes.js";
import { requireFactor, type Passkey } from "../../people/factor/factor.js";
import { describeNewPasskey, describePasskeys, passkeySiteOf } from "../../people/factor/passkeys.js";
import type { Organization } from "../../people/organization/organization.js";
import { noteError, noteRequest, readNotes } from "../../platform/http/request-notes.js";
import { changeFactors, finishFactors, type FactorChange, type WaitingBrowser } from "../factor/change-factors.js";
import { showFactor } from "../factor/show-factor.js";
import {
  sendFactorsPage,
  sendSecondFactorPage,
  type FactorsPage,
  type SecondFactorPage,
} from "../pages/factor-pages.js";
import { servePasskeyScript } from "../pages/passkey-script.js";
import { findWaiting } from "../password/set-new-password.js";
import { factorsUrl, passwordUrl, secondFactorUrl } from "../urls.js";
import { answerRequest, readBrowser } from "./answer-request.js";
import { issueFormToken } from "./form-token.js";
import type { SignInRouteOptions } from "./options.js";
import { atOrganization, readOurForm, type ReadField } from "./password.js";

export function addFactorRoutes(router: Router, options: SignInRouteOptions): void {
  router.get("/assets/passkey.js", servePasskeyScript);
  router.get("/o/:slug/factor", atOrganization(options, handleSecondFactor));
  router.post("/o/:slug/factor", atOrganization(options, handleSecondFactor));
  router.get("/o/:slug/factors", atOrganization(options, handleFactors));
  router.post("/o/:slug/factors", atOrganization(options, handleFactors));
}

async function handleSecondFactor(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  organization: Organization,
): Promise<void> {
  const { services, limits, cookies, logger } = options;
  await limits.refusals.require(request);
  const found = await requireWaiting(options, request, response, organization, "SECOND_FACTOR");
  if (found === null) return;
  const showPage = async (status: number, problem: SecondFactorPage["problem"]) => {
    const factors = await findFactors(services.store.reader, found.waiting.user.id);
    const passkeys = factors.filter((each): each is Passkey => each.kind === "PASSKEY");
    const site = passkeySiteOf(services.returnRules.publicUrl);
    sendSecondFactorPage(response, status, {
      organization,
      formToken: issueFormToken(cookies.form, request, response),
      hasApp: factors.some(({ kind }) => kind === "AUTHENTICATOR_APP"),
      passkeyOptions: passkeys.length === 0 ? null : await describePasskeys(site, found.token, passkeys),
      problem,
    });
  };
  if (request.method !== "POST") return await showPage(200, null);
  const text = await readOurForm(options, request, response, secondFactorUrl(organization));
  if (text === null) return;
  await limits.passwords.use(request);
  const shown = text("passkey") === "" ? { code: text("code") } : { passkey: text("passkey") };
  const outcome = await showFactor(services, readBrowser(options, request), organization, found, shown);
  if (outcome.kind === "nothing-waits") response.redirect(303, passwordUrl(organization));
  else if (outcome.kind === "factor-refused") {
    await limits.refusals.note(request);
    noteRequest(request, { organizationId: organization.id });
    noteError(request, outcome.code, outcome.reference);
    logger.info(readNotes(request), "A sign-in was refused.");
    await showPage(outcome.status, outcome);
  } else {
    cookies.pending.clear(response);
    await answerRequest(options, request, response, async () => outcome);
  }
}

async function handleFactors(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  organization: Organization,
): Promise<void> {
  const { services, limits, cookies } = options;
  const found = await requireWaiting(options, request, response, organization, "FACTORS");
  if (found === null) return;
  if (request.method !== "POST") return await showPage(200, { recoveryCodes: null, problem: null });
  const text = await readOurForm(options, request, response, factorsUrl(organization));
  if (text === null) return;
  await limits.passwords.use(request);
  const browser = readBrowser(options, request);
  const change = readChange(text);
  const outcome =
    change === null
      ? await finishFactors(services, browser, organization, found.waiting)
      : await changeFactors(services, browser, organization, found, change);
  if (outcome.kind === "nothing-waits") response.redirect(303, passwordUrl(organization));
  else if (outcome.kind === "factors-changed") await showPage(outcome.problem === null ? 200 : 400, outcome);
  else {
    cookies.pending.clear(response);
    await answerRequest(options, request, response, async () => outcome);
  }

  async function showPage(
    status: number,
    { recoveryCodes, problem }: Pick<FactorsPage, "recoveryCodes" | "problem">,
  ): Promise<void> {
    const { waiting, token } = found as WaitingBrowser;
    const { user } = waiting;
    const { reader } = services.store;
    const factors = await findFactors(reader, user.id);
    const secret = deriveAppSecret(token);
    const site = passkeySiteOf(services.returnRules.publicUrl);
    sendFactorsPage(response, status, {
      organization,
      formToken: issueFormToken(cookies.form, request, response),
      factors,
      recoveryCodesLeft: (await countRecoveryCodes(reader, null, [user.id])).get(user.id) ?? 0,
      isRequired: requireFactor(user, organization.policies.secondFactor, false) === "ENROLL",
      app: { secret, uri: describeApp(organization.name, user.email, secret) },
      passkeyOptions: await describeNewPasskey(site, token, user, {
        siteName: organization.name,
        existing: factors.filter((each): each is Passkey => each.kind === "PASSKEY"),
      }),
      recoveryCodes,
      problem,
    });
  }
}

/** The change that a posted form asks for; `null` if the person wants to go on. */
function readChange(text: ReadField): FactorChange | null {
  const label = text("label");
  switch (text("action")) {
    case "app":
      return { kind: "ADD_APP", code: text("code"), label };
    case "passkey":
      return { kind: "ADD_PASSKEY", response: text("passkey"), label };
    case "remove":
      return { kind: "REMOVE", id: text("id") };
    case "codes":
      return { kind: "NEW_CODES" };
    default:
      return null;
  }
}

/** The sign-in that waits in this browser. Redirects to the sign-in page and returns `null` if there is none. */
async function requireWaiting(
  { services, cookies }: SignInRouteOptions,
  request: Request,
  response: Response,
  organization: Organization,
  hold: "SECOND_FACTOR" | "FACTORS",
): Promise<WaitingBrowser | null> {
  const token = cookies.pending.read(request);
  const waiting = await findWaiting(services, organization, token, hold);
  if (waiting !== null && token !== null) return { waiting, token };
  response.redirect(303, passwordUrl(organization));
  return null;
}
