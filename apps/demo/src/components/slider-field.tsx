/** A number with its name and a slider. */
export function SliderField({
  label,
  value,
  min,
  max,
  step,
  onChange,
  disabled = false,
}: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
  readonly disabled?: boolean;
}) {
  return (
    <label class="field">
      <span>
        {label}
        <span class="value">{value}</span>
      </span>
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}
