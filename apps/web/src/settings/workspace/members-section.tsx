import { rolesGivenBy, type Role } from "@mindmesh/contracts/permissions";
import type { Member } from "@mindmesh/contracts/workspaces";
import { Avatar, Badge, confirm, IconButton, Select, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import UserMinus from "lucide-react/icons/user-minus";
import { meQuery } from "../../identity/queries.ts";
import { showError } from "../../shell/show-error.ts";
import { workspaceApi } from "../api.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Row, Rows, Section } from "../parts/section.tsx";
import { membersQuery } from "./queries.ts";
import { roleName, roleOptions } from "./roles.ts";

/** The people of the workspace, their roles, and the way to remove them. */
export function MembersSection({ workspaceId, role }: { workspaceId: string; role: Role }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const queryClient = useQueryClient();
  const members = useQuery(membersQuery(workspaceId));
  const reload = () => queryClient.invalidateQueries(membersQuery(workspaceId));
  const changeRole = useMutation({
    mutationFn: ({ personId, to }: { personId: string; to: Role }) =>
      workspaceApi.changeRole({ params: { workspaceId, personId }, body: { role: to } }),
    onSuccess: (member) => void toast(`${member.name} is now ${roleName(member.role).toLowerCase()}`),
    onError: showError,
    onSettled: reload,
  });
  const remove = async (member: Member) => {
    const sure = await confirm({
      title: `Remove ${member.name}?`,
      description: "They lose access at once, and their API keys for this workspace end. What they shared stays.",
      confirmLabel: "Remove",
      danger: true,
    });
    if (!sure) return;
    try {
      await workspaceApi.removeMember({ params: { workspaceId, personId: member.id } });
      toast(`${member.name} was removed`);
    } catch (error) {
      showError(error);
    }
    await reload();
  };
  const given = rolesGivenBy(role);
  const shownRole = (member: Member) =>
    changeRole.isPending && changeRole.variables.personId === member.id ? changeRole.variables.to : member.role;
  return (
    <Section title="Members">
      <Loaded query={members}>
        {(items) => (
          <Rows label="Members">
            {items.map((member) => {
              const isMe = member.id === me.person.id;
              const mayChange = given.includes(member.role) && !isMe;
              return (
                <Row
                  key={member.id}
                  icon={<Avatar name={member.name} size="md" />}
                  title={
                    <>
                      {member.name}
                      {isMe ? <Badge>You</Badge> : null}
                    </>
                  }
                  detail={member.email}
                >
                  {mayChange ? (
                    <>
                      <Select
                        aria-label={`Role of ${member.name}`}
                        className="w-30"
                        options={roleOptions(role)}
                        value={shownRole(member)}
                        onValueChange={(value) => {
                          const to = given.find((each) => each === value);
                          if (to) changeRole.mutate({ personId: member.id, to });
                        }}
                      />
                      <IconButton
                        variant="danger-quiet"
                        label={`Remove ${member.name}`}
                        icon={<UserMinus />}
                        onClick={() => void remove(member)}
                      />
                    </>
                  ) : (
                    <span className="px-2 text-sm text-muted">{roleName(member.role)}</span>
                  )}
                </Row>
              );
            })}
          </Rows>
        )}
      </Loaded>
    </Section>
  );
}
