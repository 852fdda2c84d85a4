import type { Schedule } from "@mindmesh/contracts/query/dashboards";
import { Checkbox, Field, Input, Select } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { membersQuery } from "../../../settings/workspace/queries.ts";

const usual = [
  { value: "0 8 * * *", label: "Every day at 8" },
  { value: "0 8 * * 1-5", label: "Weekdays at 8" },
  { value: "0 8 * * 1", label: "Mondays at 8" },
  { value: "0 8 1 * *", label: "On the first of the month at 8" },
  { value: "0 * * * *", label: "Every hour" },
  { value: "*/15 * * * *", label: "Every 15 minutes" },
] as const;
const other = "other";

/** The time zone of this browser. */
export const ownTimezone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

type ScheduleFieldsProps = { schedule: Schedule; error: string | undefined; onChange: (schedule: Schedule) => void };

/** When something is done, as a usual time or as a cron expression. */
export function ScheduleFields({ schedule, error, onChange }: ScheduleFieldsProps) {
  const [free, setFree] = useState(!usual.some(({ value }) => value === schedule.cron));
  return (
    <>
      <Field label="When" hint={`Time zone: ${schedule.timezone}`} error={free ? undefined : error}>
        <Select
          options={[...usual, { value: other, label: "Another time (cron)" }]}
          value={free ? other : schedule.cron}
          onValueChange={(value) => {
            setFree(value === other);
            if (value !== other) onChange({ ...schedule, cron: value });
          }}
        />
      </Field>
      {free ? (
        <Field label="Cron expression" hint="Minute, hour, day of the month, month, day of the week" error={error}>
          <Input
            value={schedule.cron}
            spellCheck={false}
            onChange={(event) => onChange({ ...schedule, cron: event.target.value })}
          />
        </Field>
      ) : null}
    </>
  );
}

type RecipientsFieldProps = {
  workspaceId: string;
  recipients: readonly string[];
  error: string | undefined;
  onChange: (recipients: string[]) => void;
};

/** Who is told: members of the workspace. */
export function RecipientsField({ workspaceId, recipients, error, onChange }: RecipientsFieldProps) {
  const { data: members = [] } = useQuery(membersQuery(workspaceId));
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium text-ink">Who is told</legend>
      {members.map(({ id: personId, name }) => (
        <Checkbox
          key={personId}
          label={name}
          checked={recipients.includes(personId)}
          onCheckedChange={(checked) =>
            onChange(checked === true ? [...recipients, personId] : recipients.filter((each) => each !== personId))
          }
        />
      ))}
      {error === undefined ? null : <p className="text-xs text-danger-ink">{error}</p>}
    </fieldset>
  );
}
