/** The routes of signing in and out: they translate between HTTP and the pipeline. */
import express, { type Router } from "express";
import { addDocumentRoutes } from "./routes/documents.js";
import { addFactorRoutes } from "./routes/factor.js";
import { addLogoutRoutes } from "./routes/logout.js";
import { addOneTimeLinkRoutes } from "./routes/one-time-link.js";
import { addOperatorAppRoutes } from "./routes/operator-app.js";
import { addOperatorRoutes } from "./routes/operator.js";
import type { SignInRouteOptions } from "./routes/options.js";
import { addOrganizationPageRoute } from "./routes/organization-page.js";
import { addOrganizationPromptRoutes } from "./routes/organization-prompt.js";
import { addInvitationRoutes } from "./routes/invitation.js";
import { addPasswordRoutes } from "./routes/password.js";
import { addPostedAnswerRoutes } from "./routes/posted-answer.js";
import { addSignOutRoutes } from "./routes/sign-out.js";
import { addStartAndReturnRoutes } from "./routes/start-and-return.js";
import { addWrongAddressRoute } from "./routes/wrong-address.js";

export function createSignInRouter(options: SignInRouteOptions): Router {
  const router = express.Router();
  addOperatorAppRoutes(router, options);
  addStartAndReturnRoutes(router, options);
  addPostedAnswerRoutes(router, options);
  addDocumentRoutes(router, options);
  addOneTimeLinkRoutes(router, options);
  addOrganizationPromptRoutes(router, options);
  addOrganizationPageRoute(router, options);
  addPasswordRoutes(router, options);
  addOperatorRoutes(router, options);
  addFactorRoutes(router, options);
  addInvitationRoutes(router, options);
  addSignOutRoutes(router, options);
  addLogoutRoutes(router, options);
  // Last, because it matches every address of a connection that has no other route.
  addWrongAddressRoute(router, options);
  return router;
}
