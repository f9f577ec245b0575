"""Words of invented papers, drawn at random: series, quantities, units and things, field by field."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Field:
    """What papers of one field speak of."""

    series: tuple[str, ...]
    quantities: tuple[str, ...]  # with their units in brackets, as axes name them
    inputs: tuple[str, ...]
    things: tuple[str, ...]
    steps: tuple[str, ...]


FIELDS = (
    Field(
        series=("ResNet", "Transformer", "baseline", "ours", "LSTM", "gated model", "linear probe", "ensemble",
                "distilled", "fine-tuned", "frozen", "random forest", "SVM", "MLP"),
        quantities=("Accuracy (%)", "Validation loss", "F1 score", "Perplexity", "BLEU", "Recall", "Latency (ms)",
                    "Memory (GB)", "Top-5 error (%)", "AUC"),
        inputs=("Epoch", "Training steps", "Batch size", "Model size (M)", "Learning rate", "Layers", "Tokens"),
        things=("encoder", "decoder", "attention head", "token", "embedding", "benchmark", "language model",
                "image classifier", "data set"),
        steps=("Input", "Tokenizer", "Patch embedding", "Encoder", "Attention", "Feed-forward", "Pooling",
               "Decoder", "Softmax", "Output", "Loss", "Memory bank", "Projection head"),
    ),
    Field(
        series=("control", "treated", "placebo", "wild type", "knock-out", "vehicle", "low dose", "high dose",
                "day 7", "day 28", "male", "female", "infected"),
        quantities=("Relative expression", "Cell viability (%)", "Survival", "Concentration (ng/ml)",
                    "Body weight (g)", "Titer (log10)", "Fluorescence (a.u.)", "Cell count", "Heart rate (bpm)"),
        inputs=("Time (h)", "Dose (mg/kg)", "Days after infection", "Age (years)", "Cycle", "pH"),
        things=("protein", "neuron", "receptor", "mouse", "patient", "tissue section", "membrane", "gene", "plasmid"),
        steps=("Assessed for eligibility", "Excluded", "Randomised", "Allocated", "Follow-up", "Analysed", "Sampling",
               "DNA extraction", "PCR", "Sequencing", "Alignment", "Annotation"),
    ),
    Field(
        series=("simulation", "theory", "experiment", "T = 4 K", "T = 77 K", "T = 300 K", "B = 0", "B = 1 T",
                "first order", "second order", "Monte Carlo", "fit"),
        quantities=("Energy (eV)", "Intensity (a.u.)", "Resistivity", "Cross section (pb)", "Magnetisation",
                    "Flux (Jy)", "Entropy", "Velocity (m/s)", "Phase (rad)", "Absorption"),
        inputs=("Temperature (K)", "Wavelength (nm)", "Frequency (GHz)", "Momentum", "Time (ns)", "Redshift",
                "Radius (kpc)", "Magnetic field (T)"),
        things=("lattice", "photon", "galaxy", "laser", "detector", "wave packet", "quantum dot", "beam", "magnet"),
        steps=("Laser", "Beam splitter", "Cavity", "Detector", "Amplifier", "Trigger", "Lock-in", "Calibration",
               "Track finding", "Vertex fit", "Selection", "Unfolding"),
    ),
    Field(
        series=("observed", "modelled", "upstream", "downstream", "summer", "winter", "site A", "site B", "2019",
                "2020", "2021", "forest", "cropland", "urban"),
        quantities=("Precipitation (mm)", "Biomass (t/ha)", "Discharge (m3/s)", "Soil moisture", "NDVI",
                    "Temperature anomaly", "CO2 flux", "Yield (t/ha)", "Income (USD)", "Unemployment (%)"),
        inputs=("Year", "Month", "Depth (cm)", "Distance (km)", "Elevation (m)", "Latitude", "Age class"),
        things=("catchment", "river", "plot", "household", "glacier", "canopy", "station", "country", "survey"),
        steps=("Satellite data", "Field survey", "Cleaning", "Interpolation", "Calibration", "Validation",
               "Scenario", "Hydrological model", "Uncertainty", "Report", "Stakeholders"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Dice:
    """Two independent streams of random numbers: how a figure looks, and the data that it shows."""

    style: np.random.Generator
    data: np.random.Generator


PLACES = ("North", "South", "East", "West", "Upper", "Lower", "Old", "New")


def some(rng: np.random.Generator, words: tuple[str, ...], count: int) -> list[str]:
    """Return `count` different words at random, fewer where there are not as many."""
    chosen = rng.permutation(len(words))[:count]
    return [words[i] for i in chosen]


def one(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    """Return one word at random."""
    return words[int(rng.integers(len(words)))]


def plain(quantity: str) -> str:
    """Return a quantity as a caption says it: without its unit."""
    return quantity.split(" (")[0].lower() if not quantity.isupper() else quantity


def listed(words: list[str]) -> str:
    """Return words as a caption lists them: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
