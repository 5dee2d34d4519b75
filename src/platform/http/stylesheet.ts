/** The style sheet of the pages. It is a module, so that it is part of the compiled program. */

/**
 * Colours have a contrast of at least 4.5 to 1 in both schemes, targets are at least 44 pixels high, and the element with
 * the keyboard's focus has an outline (WCAG 2.2: 1.4.3, 2.5.8, 2.4.7).
 */
export const STYLESHEET = `:root {
  color-scheme: light dark;
  --paper: #ffffff;
  --ground: #f3f4f6;
  --ink: #1c2430;
  --quiet: #55606e;
  --line: #8a94a3;
  --accent: #1d4fb8;
  --accent-ink: #ffffff;
  --wrong: #a61b1b;
  --right: #17663a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #1b212b;
    --ground: #12161d;
    --ink: #eef1f5;
    --quiet: #b3bdca;
    --line: #7c8898;
    --accent: #9dbcff;
    --accent-ink: #0d1a33;
    --wrong: #ffa3a3;
    --right: #8fdcae;
  }
}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink); }
main { width: min(100% - 2rem, 30rem); margin: 0 auto; padding: 2rem 0 4rem; }
main.wide { width: min(100% - 2rem, 60rem); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
p, ul, ol, dl, table { margin: 0 0 1rem; }
a { color: var(--accent); text-underline-offset: 0.15em; }
code, pre, kbd { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: 0.925em; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: 0.75rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.375rem; }
form { margin: 0 0 1.5rem; }
label { display: block; font-weight: 600; margin: 1rem 0 0.25rem; }
input, select, textarea {
  width: 100%; min-height: 2.75rem; padding: 0.5rem 0.75rem; font: inherit;
  color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 0.375rem;
}
input[type="checkbox"], input[type="radio"] { width: 1.25rem; min-height: 1.25rem; vertical-align: middle; }
input[aria-invalid="true"] { border-color: var(--wrong); border-width: 2px; }
button, .button {
  display: block; width: 100%; min-height: 2.75rem; margin: 1rem 0 0; padding: 0.6rem 1rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; cursor: pointer;
  color: var(--accent-ink); background: var(--accent); border: 1px solid var(--accent); border-radius: 0.375rem;
}
button.quiet, .button.quiet { color: var(--accent); background: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.card { padding: 1.25rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.5rem; }
.quiet-text { color: var(--quiet); }
.error, .notice { padding: 0.75rem 1rem; background: var(--paper); border-left: 0.3rem solid var(--wrong); border-radius: 0.25rem; }
.notice { border-left-color: var(--right); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.5rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
dt { font-weight: 600; }
dd { margin: 0 0 0.75rem; overflow-wrap: anywhere; }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
`;
