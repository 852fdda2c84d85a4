import type { JobSummary } from "@mindmesh/contracts/jobs";
import { confirm, toast } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { showError } from "../../shell/show-error.ts";
import type { JobSource } from "./source.ts";

/** Cancels, retries and deletes jobs, and loads the lists anew afterwards. */
export function useSteer(source: JobSource) {
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const act = async (work: () => Promise<unknown>, said: string) => {
    setBusy(true);
    try {
      await work();
      toast(said);
      return true;
    } catch (error) {
      showError(error);
      return false;
    } finally {
      setBusy(false);
      void queryClient.invalidateQueries({ queryKey: source.key });
    }
  };
  return {
    busy,
    cancel: async (job: JobSummary) => {
      const sure = await confirm({
        title: `Cancel ${job.name}?`,
        description: "A running job is told to stop within a second. What it has done stays.",
        confirmLabel: "Cancel the job",
        cancelLabel: "Let it run",
        danger: true,
      });
      if (sure) await act(() => source.cancel(job.id), "Job cancelled");
    },
    retry: (job: JobSummary) => act(() => source.retry(job.id), "The job gets one more attempt"),
    /** True when it is gone. */
    remove: async (job: JobSummary) => {
      const sure = await confirm({
        title: `Delete ${job.name}?`,
        description: "Its record goes for good, with its errors.",
        confirmLabel: "Delete job",
        danger: true,
      });
      return sure && act(() => source.remove(job.id), "Job deleted");
    },
  };
}
