import type { AuditEntry } from "@mindmesh/contracts/audit";
import { Moment } from "../parts/moment.tsx";

/** "member.role_changed" for people: "Member: role changed". */
function actionName(action: string) {
  const [subject = "", ...rest] = action.split(".");
  const words = (text: string) => text.replaceAll("_", " ");
  const name = subject === "api_key" ? "API key" : words(subject).replace(/^./, (letter) => letter.toUpperCase());
  return rest.length === 0 ? name : `${name}: ${words(rest.join(", "))}`;
}

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** One entry of the audit log; the details stand folded beneath. */
export function AuditRow({ entry }: { entry: AuditEntry }) {
  const { action, actor, at, details, ip, requestId, target } = entry;
  const facts = [
    ...Object.entries(details).map(([name, value]) => [name, shown(value)] as const),
    ...(target ? [[target.kind, target.id] as const] : []),
    ...(ip === null ? [] : [["address", ip] as const]),
    ...(requestId === null ? [] : [["request", requestId] as const]),
  ];
  const who = actor === null ? "The server or a stranger" : (actor.name ?? "A deleted account");
  return (
    <li>
      <details className="group">
        <summary className="flex min-h-12 cursor-pointer list-none flex-wrap items-center gap-x-3 py-2 text-sm hover:bg-hover">
          <span className="min-w-0 flex-1 font-medium text-ink">{actionName(action)}</span>
          <span className="text-muted">{who}</span>
          <span className="w-40 text-right text-xs text-faint phone:w-full phone:text-left">
            <Moment at={at} exact />
          </span>
        </summary>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 pb-3 pl-3 text-xs">
          {facts.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="break-all font-mono text-ink">{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}
