defmodule Yawl.MixProject do
  use Mix.Project

  defp deps do
    [
      {:phoenix, "~> 1.7"},
      {:ex_doc, "~> 0.34", only: :dev, runtime: false},
      {:mox, "~> 1.2", only: [:test]},
      {:forked, git: "https://github.com/example/forked.git", tag: "v1.0"}
    ]
  end
end
