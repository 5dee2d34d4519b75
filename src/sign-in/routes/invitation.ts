/** The page that an invitation opens, and the post of its form. */
import type { Request, Response, Router } from "express";
import { acceptInvitation, findInvitation } from "../invitation/accept-invitation.js";
import { invitationTitle, sendInvitationPage } from "../pages/invitation-page.js";
import { sendNewPasswordPage } from "../pages/new-password-page.js";
import { answerRequest } from "./answer-request.js";
import { issueFormToken } from "./form-token.js";
import type { SignInRouteOptions } from "./options.js";
import { readOurForm } from "./password.js";

export function addInvitationRoutes(router: Router, options: SignInRouteOptions): void {
  router.get("/invitation/:token", (request, response) => handleInvitation(options, request, response));
  router.post("/invitation/:token", (request, response) => handleInvitation(options, request, response));
}

const ANSWERED = { kind: "answered" } as const;

async function handleInvitation(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, limits, cookies } = options;
  await limits.refusals.require(request);
  await answerRequest(options, request, response, async (browser) => {
    const found = await findInvitation(services, browser, String(request.params["token"])).catch(
      async (error: unknown) => {
        await limits.refusals.note(request);
        throw error;
      },
    );
    if (found.kind === "refused") return found;
    const { organization, user } = found;
    if (user.authMethod === "SSO") {
      sendInvitationPage(response, organization, user);
      return ANSWERED;
    }
    const showPage = (status: number, problem: string | null) => {
      const formToken = issueFormToken(cookies.form, request, response);
      const reason = `${organization.name} has invited you. Set the password with which you sign in.`;
      const title = invitationTitle(organization);
      sendNewPasswordPage(response, status, { organization, user, formToken, reason, problem, title });
      return ANSWERED;
    };
    if (request.method !== "POST") return showPage(200, null);
    const text = await readOurForm(options, request, response, request.path);
    if (text === null) return ANSWERED;
    await limits.passwords.use(request);
    const outcome = await acceptInvitation(services, browser, found, text("password"));
    return outcome.kind === "new-password-refused" ? showPage(400, outcome.problem) : outcome;
  });
}
