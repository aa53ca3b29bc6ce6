// SPDX-License-Identifier: MIT
// The numbers of a run's ablations, as thinktrace/publish/ablation_report.h names them.
import { read_estimate } from "./analysis.ts";
import type { Estimate } from "./analysis.ts";
import { as_array, as_count, as_object, as_string } from "./check.ts";
import { parse_kind } from "./chunk_text.ts";

export interface AblationArm { name: string; label: string; draws: number }
export interface ArmNumbers { accuracy: Estimate; p_right: Estimate; same_as_real: Estimate; same_as_none: Estimate }
export interface AblationBlock { subject: string; traces: number; questions: number; does_not_matter: Estimate; helps: Estimate; harms: Estimate;
  arms: (ArmNumbers | null)[] } // In the order of the ablation's arms.
export interface Ablation { experiment: number; arms: AblationArm[]; overall: AblationBlock; subjects: AblationBlock[] }

function read_block(value: unknown, arms: readonly AblationArm[], where: string): AblationBlock {
  const b = as_object(value, where), of_arms = new Map(Object.entries(as_object(b["arms"], `${where}.arms`)));
  const estimate = (key: string) => read_estimate(b[key], `${where}.${key}`);
  return {
    subject: as_string(b["subject"] ?? "", `${where}.subject`), traces: as_count(b["traces"], `${where}.traces`), questions: as_count(b["questions"], `${where}.questions`),
    does_not_matter: estimate("does_not_matter"), helps: estimate("helps"), harms: estimate("harms"),
    arms: arms.map(({ name }) => {
      const at = `${where}.arms`, arm = of_arms.get(name), read = (key: string) => read_estimate(as_object(arm, at)[key], `${at}.${key}`);
      return arm === undefined ? null : { accuracy: read("accuracy"), p_right: read("p_right"), same_as_real: read("same_as_real"), same_as_none: read("same_as_none") };
    }),
  };
}

export function parse_ablations_chunk(text: string): Ablation[] {
  return as_array(parse_kind(text, "ablations")["reports"], "reports").map((entry, i) => {
    const where = `reports[${i}]`, r = as_object(entry, where);
    const arms = as_array(r["arms"], `${where}.arms`).map((value, k) => {
      const at = `${where}.arms[${k}]`, a = as_object(value, at);
      return { name: as_string(a["name"], `${at}.name`), label: as_string(a["label"], `${at}.label`), draws: as_count(a["draws"], `${at}.draws`) };
    });
    return { experiment: as_count(r["experiment"], `${where}.experiment`), arms, overall: read_block(r["overall"], arms, `${where}.overall`),
      subjects: as_array(r["subjects"], `${where}.subjects`).map((b, k) => read_block(b, arms, `${where}.subjects[${k}]`)) };
  });
}
