/** The page that a one-time sign-in link opens: who would be signed in, and the button that does it. */
import type { Request, Response } from "express";
import { html, sendPage, type Html } from "../../platform/http/pages.js";
import type { LinkShown } from "../link/use-link.js";

/**
 * Sends the page. Usher also responds with this page to a post from a page of another origin, which signs nobody in.
 */
export function sendLinkPage(request: Request, response: Response, { organization, user }: LinkShown): void {
  const isForeignPost = request.method === "POST";
  sendPage(response, isForeignPost ? 403 : 200, {
    title: `Sign in to ${organization.name}`,
    body: linkPage(user, isForeignPost),
  });
}

/** The content of the page. Its form posts to the page's own address, so that the HTML does not repeat the link. */
function linkPage({ fullName, email }: LinkShown["user"], isForeignPost: boolean): Html {
  return html`
    ${
      isForeignPost
        ? html`<p class="notice" role="status">Another page asked to sign you in. Nothing has happened yet.</p>`
        : ""
    }
    <p>This link signs you in, once, as</p>
    <p><strong>${fullName}</strong><br />${email}</p>
    <form method="post"><button type="submit">Sign in</button></form>
    <p>If this is not you, close the page.</p>
  `;
}
