import type { InstancePerson } from "@mindmesh/contracts/instance";
import { Button, confirm, Dialog, toast, type MenuEntry } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import Crown from "lucide-react/icons/crown";
import Link2 from "lucide-react/icons/link-2";
import Lock from "lucide-react/icons/lock";
import LockOpen from "lucide-react/icons/lock-open";
import ShieldOff from "lucide-react/icons/shield-off";
import { useState } from "react";
import { showError } from "../../shell/show-error.ts";
import { instanceApi } from "../api.ts";
import { PasswordDialog } from "../parts/password-dialog.tsx";
import { ShownOnce } from "../parts/shown-once.tsx";

type Step =
  | { at: "prove-link" | "prove-factor" | "prove-owner"; person: InstancePerson }
  | { at: "link"; person: InstancePerson; link: string };

/** What the owner of the server can do to an account: the entries of its menu, and the dialogs that they open. */
export function usePersonActions() {
  const queryClient = useQueryClient();
  const [step, setStep] = useState<Step | null>(null);
  const closeProof = () => setStep((now) => (now?.at === "link" ? now : null));
  const reload = () => queryClient.invalidateQueries({ queryKey: ["instance", "people"] });

  const setLocked = async (person: InstancePerson, locked: boolean) => {
    if (locked) {
      const sure = await confirm({
        title: `Lock the account of ${person.name}?`,
        description: "Their devices and keys stop working at once. Their data stays, and you can open it again.",
        confirmLabel: "Lock account",
        danger: true,
      });
      if (!sure) return;
    }
    const call = locked ? instanceApi.disablePerson : instanceApi.enablePerson;
    try {
      await call({ params: { personId: person.id } });
      toast(locked ? "Account locked" : "Account opened");
    } catch (error) {
      showError(error);
    }
    await reload();
  };

  const entriesFor = (person: InstancePerson): MenuEntry[] => {
    if (person.isInstanceOwner) return [{ kind: "label", label: "Your own account is under Account" }];
    const entries: MenuEntry[] = [
      {
        label: "Make a password link",
        icon: <Link2 />,
        disabled: person.disabled,
        onSelect: () => setStep({ at: "prove-link", person }),
      },
    ];
    if (person.hasSecondFactor) {
      entries.push({
        label: "Turn off two-factor",
        icon: <ShieldOff />,
        onSelect: () => setStep({ at: "prove-factor", person }),
      });
    }
    entries.push(
      {
        label: "Hand the server over",
        icon: <Crown />,
        disabled: person.disabled,
        onSelect: () => setStep({ at: "prove-owner", person }),
      },
      { kind: "separator" },
      person.disabled
        ? { label: "Open account again", icon: <LockOpen />, onSelect: () => void setLocked(person, false) }
        : { label: "Lock account", icon: <Lock />, danger: true, onSelect: () => void setLocked(person, true) },
    );
    return entries;
  };

  const dialogs = step ? (
    <>
      {step.at === "prove-link" ? (
        <PasswordDialog
          title={`Password link for ${step.person.name}`}
          description="With it they set a new password. Hand it over in a safe way."
          confirmLabel="Make link"
          onClose={closeProof}
          run={async (body) => {
            const { link } = await instanceApi.makeResetLink({ params: { personId: step.person.id }, body });
            setStep({ at: "link", person: step.person, link });
          }}
        />
      ) : null}
      {step.at === "prove-factor" ? (
        <PasswordDialog
          title={`Turn off two-factor for ${step.person.name}?`}
          description="For somebody who has lost their phone and their recovery codes. Be sure that it is them who ask."
          confirmLabel="Turn off"
          danger
          onClose={closeProof}
          run={async (body) => {
            await instanceApi.clearSecondFactor({ params: { personId: step.person.id }, body });
            toast("Two-factor sign-in is off for them");
            await reload();
          }}
        />
      ) : null}
      {step.at === "prove-owner" ? (
        <PasswordDialog
          title={`Make ${step.person.name} the owner of this server?`}
          description="You lose these pages; only they can give the server back."
          confirmLabel="Hand over"
          danger
          onClose={closeProof}
          run={async (body) => {
            await instanceApi.handOverServer({ body: { ...body, personId: step.person.id } });
            window.location.assign("/");
          }}
        />
      ) : null}
      {step.at === "link" ? (
        <Dialog
          open
          onOpenChange={(open) => (open ? undefined : setStep(null))}
          title={`Give this link to ${step.person.name}`}
          footer={
            <Button variant="primary" onClick={() => setStep(null)}>
              Done
            </Button>
          }
        >
          <ShownOnce
            label="Password link"
            text={step.link}
            note="It is shown only now and works once. Whoever has it can set their password."
          />
        </Dialog>
      ) : null}
    </>
  ) : null;
  return { entriesFor, dialogs };
}
