import { roles as allRoles } from "@mindmesh/contracts/permissions";
import type { ToolDescription } from "@mindmesh/contracts/tools";
import { SearchInput, Switch } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { showError } from "../../shell/show-error.ts";
import { toolsApi } from "../../tools/api.ts";
import { allToolsQuery, toolsQuery } from "../../tools/queries.ts";
import { RiskBadge } from "../../tools/risk-badge.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";

type ToolsSectionProps = { workspaceId: string; mayChange: boolean };

/** All words must be somewhere in the tool's name, title or purpose. */
function fits({ name, title, purpose }: ToolDescription, words: readonly string[]) {
  const text = `${name} ${title} ${purpose}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The tools, found by typing; an admin can switch each off for everybody. */
export function ToolsSection({ workspaceId, mayChange }: ToolsSectionProps) {
  const queryClient = useQueryClient();
  const query = mayChange ? allToolsQuery(workspaceId) : toolsQuery(workspaceId);
  const tools = useQuery(query);
  const [search, setSearch] = useState("");
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const change = useMutation({
    mutationFn: ({ name, enabled }: { name: string; enabled: boolean }) =>
      toolsApi.switchTool({ params: { workspaceId, name }, body: { enabled } }),
    onMutate: ({ name, enabled }) =>
      queryClient.setQueryData(
        query.queryKey,
        (old) => old && { items: old.items.map((tool) => (tool.name === name ? { ...tool, enabled } : tool)) },
      ),
    onError: (error) => {
      showError(error);
      void queryClient.invalidateQueries({ queryKey: query.queryKey });
    },
  });
  return (
    <Section
      title="Tools"
      description="What the page, models in Chat, programs with an API key and MCP clients can do here, each as far as the person’s role allows."
    >
      <SearchInput label="Search tools" value={search} onValueChange={setSearch} />
      <Loaded query={tools}>
        {(items) => {
          const found = items.filter((tool) => fits(tool, words));
          return found.length === 0 ? (
            <p className="py-6 text-center text-sm text-muted">No tool fits.</p>
          ) : (
            <ul aria-label="Tools" className="mt-3 flex flex-col divide-y divide-line border-t border-line">
              {found.map((tool) => (
                <li key={tool.name} className="py-2.5 text-sm">
                  {mayChange ? (
                    <Switch
                      label={<Title tool={tool} />}
                      hint={<Facts tool={tool} />}
                      checked={tool.enabled}
                      onCheckedChange={(enabled) => change.mutate({ name: tool.name, enabled })}
                    />
                  ) : (
                    <>
                      <p className="font-medium text-ink">
                        <Title tool={tool} />
                      </p>
                      <p className="text-xs text-muted">
                        <Facts tool={tool} />
                      </p>
                    </>
                  )}
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Section>
  );
}

const Title = ({ tool }: { tool: ToolDescription }) => (
  <span className="flex flex-wrap items-center gap-x-2">
    {tool.title} <RiskBadge risk={tool.risk} />
    {tool.enabled ? null : <span className="text-xs font-normal text-muted">switched off</span>}
  </span>
);

const Facts = ({ tool }: { tool: ToolDescription }) => (
  <span className="text-muted">
    {tool.purpose}
    <span className="mt-0.5 block text-2xs">
      <span className="font-mono">{tool.name}</span> · {whoMay(tool)} · API keys need the scope {tool.scope}
    </span>
  </span>
);

function whoMay({ roles }: ToolDescription) {
  if (roles.length === allRoles.length) return "every member";
  const others = allRoles.filter((role) => !roles.includes(role));
  return others.length === 1 ? `everybody but ${others[0]}s` : roles.map((role) => `${role}s`).join(", ");
}
