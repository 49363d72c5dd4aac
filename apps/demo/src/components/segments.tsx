/** One of a few values, side by side. */
export function Segments<Value extends string | number>({
  name,
  legend,
  values,
  value,
  onChange,
  text = String,
  valueLabel,
  disabled = false,
}: {
  /** Of the group of radio buttons. */
  readonly name: string;
  readonly legend: string;
  readonly values: readonly Value[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** What is written on a value. */
  readonly text?: (value: Value) => string;
  /** What a value is called where its text says too little. */
  readonly valueLabel?: (value: Value) => string;
  readonly disabled?: boolean;
}) {
  return (
    <fieldset class="segments" disabled={disabled} aria-label={legend}>
      {values.map((each) => (
        <label key={each}>
          <input
            type="radio"
            name={name}
            checked={each === value}
            onChange={() => onChange(each)}
            aria-label={valueLabel?.(each)}
          />
          <span>{text(each)}</span>
        </label>
      ))}
    </fieldset>
  );
}
