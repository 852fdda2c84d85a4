import { Button, Callout, EmptyState, ErrorState, Progress, Skeleton, Spinner } from "@mindmesh/ui";
import Info from "lucide-react/icons/info";
import MessagesSquare from "lucide-react/icons/messages-square";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { Example, Section } from "./section.tsx";

const nothing = () => undefined;

export function FeedbackSection() {
  return (
    <Section title="Feedback">
      <div className="grid gap-6 md:grid-cols-2">
        <div className="flex flex-col gap-3">
          <Callout icon={<Info />}>Connect a model to get answers.</Callout>
          <Callout tone="warning" icon={<TriangleAlert />} title="This answer was interrupted">
            The server restarted while it was written.
          </Callout>
          <Callout
            tone="danger"
            icon={<TriangleAlert />}
            action={<Button size="sm">Try again</Button>}
            title="The provider refused the key"
          >
            Check it in the settings.
          </Callout>
        </div>
        <div className="flex flex-col gap-5">
          <Progress label="Upload" value={0.62} />
          <Progress label="Import" value={null} />
          <Example name="Spinners">
            <Spinner label="Loading" />
            <Spinner className="size-5 text-accent-ink" />
          </Example>
          <div className="flex flex-col gap-2.5">
            <Skeleton className="h-4 w-1/3" />
            <Skeleton className="h-3 w-full" />
            <Skeleton className="h-3 w-5/6" />
          </div>
        </div>
        <div className="rounded-lg border border-line">
          <EmptyState
            icon={<MessagesSquare aria-hidden="true" />}
            title="No conversations yet"
            description="Ask anything, or drop a file to talk about it."
            action={<Button variant="primary">New conversation</Button>}
          />
        </div>
        <div className="rounded-lg border border-line">
          <ErrorState
            description="The server did not answer. It may be restarting."
            onRetry={nothing}
            requestId="req-7f3a9c"
          />
        </div>
      </div>
    </Section>
  );
}
