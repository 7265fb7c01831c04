/** The style sheet of a report, light and dark. */
export const style = `
:root {
  color-scheme: light dark;
  --background: #ffffff; --surface: #f5f6f8; --text: #1c2330; --muted: #5b6576; --line: #dde1e8;
  --accent: #2f6fdb; --warm: #ad4f00; --good: #1a7f43; --bad: #c02b2b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --background: #12161d; --surface: #1b212b; --text: #e6eaf1; --muted: #9aa5b8; --line: #2d3644;
    --accent: #6ea2ff; --warm: #ffa657; --good: #56c886; --bad: #ff7b72;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--background); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere;
}
main { max-width: 944px; margin: 0 auto; padding: 32px; }
header p, figcaption, .note { color: var(--muted); }
figcaption, .note { font-size: 0.9rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 1.1rem; margin: 40px 0 4px; }
p { margin: 0 0 12px; }
.badge {
  display: inline-block; padding: 1px 10px; border: 1px solid currentColor; border-radius: 99px; font-size: 0.85rem;
  font-weight: 600;
}
.completed { color: var(--good); } .failed { color: var(--bad); } .interrupted { color: var(--warm); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(124px, 1fr)); gap: 12px; margin: 24px 0 12px; }
.figures div { background: var(--surface); border-radius: 8px; padding: 10px 14px; display: flex; flex-direction: column; justify-content: space-between; }
.figures dt { color: var(--muted); font-size: 0.85rem; }
.figures dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
figure { margin: 0; }
.plot { font-size: 12px; font-family: inherit; margin-top: 8px; }
.narrow { display: none; }
table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 600; overflow-wrap: normal; }
.tag { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.85rem; }
td:first-child { font-variant-numeric: tabular-nums; min-width: 6.5em; }
.failure { background: var(--surface); border-left: 4px solid var(--bad); border-radius: 4px; padding: 12px 16px; margin-top: 12px; }
.failure p { margin: 4px 0 0; }
@media (max-width: 760px) {
  main { padding: 20px; }
  .wide { display: none; }
  .narrow { display: block; }
  .narrow .plot { margin-inline: auto; width: 100%; max-width: 460px; }
}
@media print { .plot, .failure { break-inside: avoid; } }
`
