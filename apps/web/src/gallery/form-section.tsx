import { Button, Checkbox, Field, Input, RadioGroup, SearchInput, Select, Switch, Textarea } from "@mindmesh/ui";
import Mail from "lucide-react/icons/mail";
import { useState } from "react";
import { Section } from "./section.tsx";

const models = [
  { value: "fast", label: "Swift 3", group: "Local", hint: "Answers in a second" },
  { value: "quality", label: "Atlas Large", group: "Hosted", hint: "Best for long work" },
  { value: "cheap", label: "Atlas Mini", group: "Hosted" },
  { value: "off", label: "Atlas Vision", group: "Hosted", disabled: true },
];

export function FormSection() {
  const [search, setSearch] = useState("invoice");
  return (
    <Section title="Forms">
      <div className="grid gap-x-10 gap-y-6 md:grid-cols-2">
        <div className="flex flex-col gap-5">
          <Field label="Name" hint="As others see it." required>
            <Input placeholder="Ada Lovelace" autoComplete="off" />
          </Field>
          <Field label="E-mail" error="This address has no @. Write it like ada@example.org.">
            <Input leading={<Mail />} defaultValue="ada.example.org" />
          </Field>
          <Field label="Workspace address" aside="12 / 40">
            <Input defaultValue="research" />
          </Field>
          <Field label="Closed" hint="Only the owner can change this.">
            <Input disabled defaultValue="Not for you" />
          </Field>
          <Field label="Instructions" hint="Sent before every conversation.">
            <Textarea defaultValue="Answer in plain words.&#10;Cite what you use." />
          </Field>
        </div>
        <div className="flex flex-col gap-5">
          <SearchInput label="Search conversations" value={search} onValueChange={setSearch} />
          <Field label="Model">
            <Select options={models} placeholder="Choose a model" />
          </Field>
          <Field label="Chosen model">
            <Select options={models} defaultValue="quality" />
          </Field>
          <RadioGroup
            label="Who may join"
            defaultValue="invited"
            options={[
              { value: "invited", label: "Only invited people", hint: "They get a link that works once." },
              { value: "anyone", label: "Anyone with the address" },
              { value: "domain", label: "People of one domain", disabled: true },
            ]}
          />
          <div className="flex flex-col gap-2">
            <Checkbox label="Remember this device" defaultChecked />
            <Checkbox label="Some of them" checked="indeterminate" />
            <Checkbox label="Share usage" hint="Counts only, no content." />
            <Checkbox label="Not available" disabled />
          </div>
          <Switch label="Web search" hint="Lets the model look things up." defaultChecked />
          <Switch label="Memory" />
          <div className="flex justify-end gap-2">
            <Button>Cancel</Button>
            <Button variant="primary">Save</Button>
          </div>
        </div>
      </div>
    </Section>
  );
}
