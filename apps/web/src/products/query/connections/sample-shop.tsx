import { ClientError } from "@mindmesh/client";
import { Button, Callout, Progress, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import CircleAlert from "lucide-react/icons/circle-alert";
import Store from "lucide-react/icons/store";
import { workspaceJobsApi } from "../../../settings/api.ts";
import { sampleShopApi } from "../api.ts";
import { connectionsQuery, queryKeyOf } from "../queries.ts";

/** Milliseconds between two looks at how far it is. */
const lookAgain = 700;
const isOver = (state: string) => state === "done" || state === "dead" || state === "cancelled";

/** Adds the sample database: a made-up shop to try things on. Shows how far it is, and can be cancelled. */
export function SampleShop({ workspaceId }: { workspaceId: string }) {
  const queryClient = useQueryClient();
  const tell = (error: Error) => {
    if (!(error instanceof ClientError)) throw error;
    toast(error.message, { tone: "danger" });
  };
  const add = useMutation({
    mutationFn: () => sampleShopApi.addSampleShop({ params: { workspaceId } }),
    onError: tell,
  });
  const jobId = add.data?.jobId;
  const cancel = useMutation({
    mutationFn: (asked: string) => workspaceJobsApi.cancelWorkspaceJob({ params: { workspaceId, jobId: asked } }),
    onError: tell,
    onSuccess: () => add.reset(),
  });
  const { data: job } = useQuery({
    queryKey: [...queryKeyOf(workspaceId), "sample-shop", jobId],
    queryFn: async ({ signal }) => {
      const read = await workspaceJobsApi.readWorkspaceJob({ params: { workspaceId, jobId: jobId ?? "" }, signal });
      if (read.state === "done") await queryClient.invalidateQueries(connectionsQuery(workspaceId));
      return read;
    },
    enabled: jobId !== undefined,
    refetchInterval: ({ state }) => (state.data && isOver(state.data.state) ? false : lookAgain),
  });
  if (job?.state === "dead") {
    return (
      <Callout tone="danger" icon={<CircleAlert aria-hidden="true" />} title="The sample shop could not be made">
        {job.lastError}
      </Callout>
    );
  }
  if (jobId !== undefined && job?.state !== "cancelled") {
    return (
      <div className="flex items-center gap-4 rounded-md border border-line px-4 py-3">
        <div className="flex min-w-0 flex-1 flex-col gap-1.5">
          <p aria-live="polite" className="truncate text-xs text-muted">
            Making the sample shop{job?.progressText ? `: ${job.progressText}` : ""}
          </p>
          <Progress label="Making the sample shop" value={job?.state === "running" ? job.progress : null} />
        </div>
        <Button size="sm" variant="ghost" busy={cancel.isPending} onClick={() => cancel.mutate(jobId)}>
          Cancel
        </Button>
      </div>
    );
  }
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-md border border-line px-4 py-3">
      <div className="min-w-0">
        <p className="text-sm font-medium text-ink">Only looking around?</p>
        <p className="text-xs text-muted">Add a made-up shop with a dozen tables and 200,000 rows.</p>
      </div>
      <Button icon={<Store />} busy={add.isPending} onClick={() => add.mutate()}>
        Add the sample shop
      </Button>
    </div>
  );
}
