/** The pages of a sign-in that waits for a second factor, and on which a person adds and removes factors. */
import type { Request, Response, Router } from "express";
import { requireFactor } from "../../people/factor/factor.js";
import { userHolder } from "../../people/factor/holder.js";
import type { Organization } from "../../people/organization/organization.js";
import { noteError, noteRequest, readNotes } from "../../platform/http/request-notes.js";
import { changeFactors, finishFactors, type WaitingBrowser } from "../factor/change-factors.js";
import { showFactor } from "../factor/show-factor.js";
import { organizationPlace, type FactorsPage, type SecondFactorPage } from "../pages/factor-pages.js";
import { servePasskeyScript } from "../pages/passkey-script.js";
import { findWaiting } from "../password/set-new-password.js";
import { factorsUrl, passwordUrl, secondFactorUrl } from "../urls.js";
import { answerRequest, readBrowser } from "./answer-request.js";
import type { SignInRouteOptions } from "./options.js";
import { atOrganization, readOurForm } from "./password.js";
import { readChange, readShown, showFactorsPage, showSecondFactorPage, type PageHolder } from "./show-factor-page.js";

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
  const holder = pageHolder(organization, found);
  const showPage = (status: number, problem: SecondFactorPage["problem"]) =>
    showSecondFactorPage(options, request, response, holder, { status, problem });
  if (request.method !== "POST") return await showPage(200, null);
  const text = await readOurForm(options, request, response, secondFactorUrl(organization));
  if (text === null) return;
  await limits.passwords.use(request);
  const outcome = await showFactor(services, readBrowser(options, request), organization, found, readShown(text));
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
  const isRequired = requireFactor(found.waiting.user, organization.policies.secondFactor, false) === "ENROLL";
  const showPage = (content: Pick<FactorsPage, "recoveryCodes" | "problem">) =>
    showFactorsPage(options, request, response, pageHolder(organization, found), { isRequired, ...content });
  if (request.method !== "POST") return await showPage({ recoveryCodes: null, problem: null });
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
  else if (outcome.kind === "factors-changed") await showPage(outcome);
  else {
    cookies.pending.clear(response);
    await answerRequest(options, request, response, async () => outcome);
  }
}

function pageHolder(organization: Organization, { waiting: { user }, token }: WaitingBrowser): PageHolder {
  return { place: organizationPlace(organization), holder: userHolder(user), person: user, token };
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
